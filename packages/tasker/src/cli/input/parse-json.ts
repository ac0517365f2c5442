import { UsageError } from "../errors.ts";
import { findJsonError } from "./find-json-error.ts";

/**
 * The value of a JSON text that was given on the command line or in a file.
 * @param name of the option or the file
 * @throws UsageError with line and column if it is not JSON
 */
export function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const error = findJsonError(text);
    if (error === null) throw cause;
    throw new UsageError(`${name}:${error.line}:${error.column}: not JSON: ${error.message}`, {
      context: { name, line: error.line, column: error.column },
    });
  }
}
