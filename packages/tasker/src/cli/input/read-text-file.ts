import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { UsageError } from "../errors.ts";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EISDIR: "it is a directory",
  EACCES: "reading it is not allowed",
  EPERM: "reading it is not allowed",
};

/**
 * The text of a file that the command line names.
 * @param purpose what the file is, such as `context`, for the message
 * @throws UsageError if it cannot be read, or is not UTF-8
 */
export async function readTextFile(cwd: string, path: string, purpose: string): Promise<string> {
  const bytes = await readFile(resolve(cwd, path)).catch((cause: unknown) => {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new UsageError(`cannot read the ${purpose} '${path}': ${REASONS[code] ?? code}`, {
      context: { path, purpose, code },
    });
  });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`cannot read the ${purpose} '${path}': it is not UTF-8`, { context: { path, purpose } });
  }
}
