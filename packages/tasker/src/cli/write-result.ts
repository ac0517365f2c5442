import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { UsageError } from "./errors.ts";
import type { CommandSession } from "./session.ts";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "its directory does not exist",
  ENOTDIR: "its directory does not exist",
  EISDIR: "it is a directory",
  EACCES: "writing it is not allowed",
  EPERM: "writing it is not allowed",
  EROFS: "writing it is not allowed",
};

/**
 * Writes the result of a command as it is: to the file that `--output` names, replacing what it held, else to standard
 * output.
 * @throws UsageError if the file cannot be written
 */
export async function writeResult(
  { io, printer }: CommandSession,
  text: string,
  output: string | undefined,
): Promise<void> {
  if (output === undefined) return printer.raw(text);
  try {
    await writeFile(resolve(io.cwd, output), text);
  } catch (cause) {
    throw unwritable(output, cause);
  }
  printer.text(`wrote ${output}`);
}

/** The error for a file that cannot be written, with what the system said. */
export function unwritable(path: string, cause: unknown): UsageError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
  return new UsageError(`cannot write '${path}': ${REASONS[code] ?? code}`, { context: { path, code } });
}
