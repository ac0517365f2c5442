import { InvalidTemplateError } from "../errors/template-errors.ts";
import type { TaskDefinition } from "../templates/definition.ts";
import { parseTemplate, type ReadingOptions } from "../templates/parse-template.ts";
import { readText } from "./read-text.ts";

/**
 * Reads a template from a file in YAML or JSON, encoded as UTF-8.
 * @throws InvalidTemplateError if the file cannot be read (with the cause), is not UTF-8, or is not a valid template
 */
export async function loadTemplateFile(path: string, options: ReadingOptions = {}): Promise<TaskDefinition> {
  const text = await readText(path, "a template in YAML or JSON");
  if (typeof text === "string") return parseTemplate(text, { ...options, file: path });
  const { message, cause } = text;
  throw new InvalidTemplateError([{ file: path, path: "", message }], { cause, context: { file: path } });
}
