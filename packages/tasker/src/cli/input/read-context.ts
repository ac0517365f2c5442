import { UsageError } from "../errors.ts";
import { parseJson } from "./parse-json.ts";
import { readTextFile } from "./read-text-file.ts";

/**
 * The value of `--context`: JSON text if it starts with `{` or `[`, otherwise the path of a file that holds JSON.
 * @throws UsageError if the file cannot be read, the text is not JSON (with line and column), or not an object
 */
export async function readContext(cwd: string, value: string): Promise<Record<string, unknown>> {
  const inline = /^\s*[[{]/.test(value);
  const text = inline ? value : await readTextFile(cwd, value, "context");
  const name = inline ? "--context" : value;
  const parsed = parseJson(text, name);
  if (isObject(parsed)) return parsed;
  const found = Array.isArray(parsed) ? "an array" : parsed === null ? "null" : `a ${typeof parsed}`;
  throw new UsageError(`${name} holds ${found}, expected a JSON object`, { context: { name } });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
