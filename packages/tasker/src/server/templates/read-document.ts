import type { z } from "zod";
import type { TemplateDocument } from "../../api/shapes/template.ts";
import type { TaskDefinition } from "../../templates/definition.ts";
import { hashDefinition } from "../../templates/definition-hash.ts";
import { parseTemplate, parseTemplateObject, type TemplateLimits } from "../../templates/parse-template.ts";

/** More than people write; a text of some hundred characters can mean as much as one likes. */
const LIMITS: TemplateLimits = { mostRepeated: 5_000, mostChecked: 500_000 };

/** The definition that a template means; no variables of this process get into it. @throws InvalidTemplateError */
export function readDocument({ document, environment }: z.output<typeof TemplateDocument>): TaskDefinition {
  return typeof document === "string"
    ? parseTemplate(document, { environment, limits: LIMITS })
    : parseTemplateObject(document, { environment, limits: LIMITS });
}

/** Which definition one is. */
export function nameOf(definition: TaskDefinition) {
  const { namespace, name, version } = definition;
  return { namespace, name, version, hash: hashDefinition(definition) };
}
