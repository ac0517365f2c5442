import { readFile } from "node:fs/promises";
import { InvalidTemplateError } from "../errors/template-errors.ts";
import type { TaskDefinition } from "../templates/definition.ts";
import { parseTemplate, type ReadingOptions } from "../templates/parse-template.ts";

const READ_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: "found no such file, expected a template in YAML or JSON",
  ENOTDIR: "found no such file, expected a template in YAML or JSON",
  EISDIR: "found a directory, expected a file",
  EACCES: "found a file that this process may not read, expected a readable one",
};

/**
 * Reads a template from a file in YAML or JSON, encoded as UTF-8.
 * @throws InvalidTemplateError if the file cannot be read (with the cause), is not UTF-8, or is not a valid template
 */
export async function loadTemplateFile(path: string, options: ReadingOptions = {}): Promise<TaskDefinition> {
  return parseTemplate(await readText(path), { ...options, file: path });
}

async function readText(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    const message = READ_FAILURES[code] ?? `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new InvalidTemplateError([{ file: path, path: "", message }], { cause, context: { file: path } });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    const message = "found bytes that are not UTF-8, expected a text in UTF-8";
    throw new InvalidTemplateError([{ file: path, path: "", message }], { cause, context: { file: path } });
  }
}
