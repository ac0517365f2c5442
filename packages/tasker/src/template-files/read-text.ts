import { readFile } from "node:fs/promises";

/** Why a file has no text. */
export interface UnreadableFile {
  /** What was found and what was expected. */
  readonly message: string;
  readonly cause: unknown;
}

/**
 * The text of a file in UTF-8.
 * @param expected what the file should hold, for messages
 */
export async function readText(path: string, expected: string): Promise<string | UnreadableFile> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
  } catch (cause) {
    return { message: describe(cause, expected), cause };
  }
}

function describe(cause: unknown, expected: string): string {
  switch (cause instanceof Error && "code" in cause ? cause.code : null) {
    case "ENOENT":
    case "ENOTDIR":
      return `found no such file, expected ${expected}`;
    case "EISDIR":
      return "found a directory, expected a file";
    case "EACCES":
      return "found a file that this process may not read, expected a readable one";
    case "ERR_ENCODING_INVALID_ENCODED_DATA":
      return "found bytes that are not UTF-8, expected a text in UTF-8";
    default:
      return `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}
