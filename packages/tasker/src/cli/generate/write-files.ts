import { mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { FileExistsError } from "../errors.ts";
import type { CommandIo } from "../io.ts";
import type { GeneratedFile } from "./generated-file.ts";

/** A file that was written, or would be. */
export interface WrittenFile {
  /** Relative to the working directory. */
  readonly path: string;
  /** Whether another one was there, or is. */
  readonly replaced: boolean;
}

/** How files are written. */
export interface WriteOptions {
  /** Absolute path of the directory that they are written to, which is made if it is not there. */
  readonly directory: string;
  /** The directory as it was given, for messages. */
  readonly shown: string;
  /** Whether files that are there are replaced. Default: false. */
  readonly force?: boolean;
  /** Whether to find out only what would be written. Default: false. */
  readonly dryRun?: boolean;
  /** What to do about files that are there, for messages. Default: nothing is said. */
  readonly hint?: string;
}

/**
 * Writes files, all or none.
 * @throws FileExistsError that names those that are there, unless `force` is true
 */
export async function writeFiles(
  { cwd }: Pick<CommandIo, "cwd">,
  files: readonly GeneratedFile[],
  options: WriteOptions,
): Promise<readonly WrittenFile[]> {
  const { directory, force = false, dryRun = false } = options;
  const existing = await findExisting(directory, files);
  if (!force && existing.length > 0) throw refusal(existing, options);
  const written: WrittenFile[] = [];
  for (const { path, text } of files) {
    const file = join(directory, path);
    if (!dryRun) {
      await mkdir(dirname(file), { recursive: true });
      // Never over a file that appeared since, unless that is asked for.
      await writeFile(file, text, { flag: force ? "w" : "wx" });
    }
    written.push({ path: relative(cwd, file), replaced: existing.includes(path) });
  }
  return written;
}

async function findExisting(directory: string, files: readonly GeneratedFile[]): Promise<string[]> {
  const existing: string[] = [];
  for (const { path } of files) {
    const found = await stat(join(directory, path)).catch(() => null);
    if (found !== null) existing.push(path);
  }
  return existing;
}

function refusal(existing: readonly string[], { directory, shown, hint }: WriteOptions): FileExistsError {
  const verb = existing.length === 1 ? "exists" : "exist";
  const more = hint === undefined ? "" : ` (${hint})`;
  return new FileExistsError(`${existing.join(", ")} ${verb} already in '${shown}'; nothing was written${more}`, {
    context: { directory, existing },
  });
}
