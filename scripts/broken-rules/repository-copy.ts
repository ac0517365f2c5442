import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readTrackedFiles } from "../lint/tracked-files.ts";
import { applyEdit, type Edit } from "./rule.ts";

/** A copy of the repository to be broken, in a temporary directory. */
export class RepositoryCopy {
  readonly root = mkdtempSync(join(tmpdir(), "tasker-broken-rules-"));

  /** @param original root of the repository, whose packages the copy uses */
  constructor(original: string) {
    try {
      for (const { path, text } of readTrackedFiles(original)) {
        mkdirSync(dirname(join(this.root, path)), { recursive: true });
        writeFileSync(join(this.root, path), text);
      }
      linkPackages(join(original, "node_modules"), join(this.root, "node_modules"));
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  /** Edits files, waits for the work, and puts back what was there, whatever comes of it. */
  async withEdits<T>(edits: readonly Edit[], work: () => Promise<T>): Promise<T> {
    const before = new Map(edits.map(({ file }) => [file, this.#read(file)]));
    try {
      for (const edit of edits) this.#write(edit.file, applyEdit(this.#read(edit.file), edit));
      return await work();
    } finally {
      for (const [file, text] of before) this.#write(file, text);
    }
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  #read(file: string): string {
    return readFileSync(join(this.root, file), "utf8");
  }

  #write(file: string, text: string): void {
    writeFileSync(join(this.root, file), text);
  }
}

/** Links each installed package. Those of the workspace are links themselves, relative ones, and lead into the copy. */
function linkPackages(from: string, to: string): void {
  if (!existsSync(from)) throw new Error(`${from} does not exist: run "npm ci" first`);
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const target = join(from, entry.name);
    symlinkSync(entry.isSymbolicLink() ? readlinkSync(target) : target, join(to, entry.name));
  }
}
