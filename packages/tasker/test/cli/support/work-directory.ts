import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { scratchDirectory } from "../../support/scratch-directory.ts";
import { copyEmbeddedTemplate } from "../../support/test-database.ts";

/** A directory of one test, removed when the test is over. */
export class WorkDirectory implements Disposable {
  readonly path = realpathSync(mkdtempSync(join(scratchDirectory(), "tasker-cli-")));

  /** Writes files, by path below the directory. */
  constructor(files: Readonly<Record<string, string>> = {}) {
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  /** Writes one file and returns its absolute path. */
  write(path: string, text: string): string {
    const file = join(this.path, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  /** The text of a file. */
  read(path: string): string {
    return readFileSync(join(this.path, path), "utf8");
  }

  /** Puts a migrated, empty embedded database where commands look for one: they start in a third of the time. */
  addDatabase(): this {
    copyEmbeddedTemplate(join(this.path, ".tasker/data"));
    return this;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
