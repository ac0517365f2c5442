import type { z } from "zod";
import type { TemplateDocument } from "../../api/shapes/template.ts";
import type { TaskDefinition } from "../../templates/definition.ts";
import { hashDefinition } from "../../templates/definition-hash.ts";
import { parseTemplate, parseTemplateObject } from "../../templates/parse-template.ts";

/** The definition that a template means; no variables of this process get into it. @throws InvalidTemplateError */
export function readDocument({ document, environment }: z.output<typeof TemplateDocument>): TaskDefinition {
  return typeof document === "string"
    ? parseTemplate(document, { environment })
    : parseTemplateObject(document, { environment });
}

/** Which definition one is. */
export function nameOf(definition: TaskDefinition) {
  const { namespace, name, version } = definition;
  return { namespace, name, version, hash: hashDefinition(definition) };
}
