import { InvalidDeclarationError } from "../errors/declaration-errors.ts";
import type { TemplateIssue } from "../errors/template-errors.ts";
import type { EventDeclaration } from "../templates/event-declaration.ts";
import { parseEventFile } from "../templates/parse-event-file.ts";
import { listYamlFiles } from "./list-yaml-files.ts";
import { readText } from "./read-text.ts";

/**
 * Reads the custom events that YAML files declare, for `registry.eventDeclarations.register`. See docs/custom-events.md for their shapes.
 * @param paths files, and directories of which the files that end in `.yml` or `.yaml` are read
 * @throws InvalidDeclarationError with everything that is wrong in all of the files; a name that is declared twice is
 */
export async function loadEventFiles(paths: readonly string[]): Promise<readonly EventDeclaration[]> {
  const events = new Map<string, EventDeclaration>();
  const issues: TemplateIssue[] = [];
  for (const file of await listYamlFiles(paths)) {
    const text = await readText(file, "declarations of events in YAML");
    if (typeof text !== "string") {
      issues.push({ file, path: "", message: text.message });
      continue;
    }
    try {
      for (const event of parseEventFile(text, file)) {
        const known = events.get(event.name);
        if (known === undefined) events.set(event.name, event);
        else issues.push(secondOf(event, known));
      }
    } catch (error) {
      if (!(error instanceof InvalidDeclarationError)) throw error;
      issues.push(...error.issues);
    }
  }
  if (issues.length > 0) throw new InvalidDeclarationError(issues);
  return [...events.values()];
}

function secondOf({ name, source }: EventDeclaration, known: EventDeclaration): TemplateIssue {
  const [, file = "", line = "1"] = /^(.*):(\d+)$/.exec(source ?? "") ?? [];
  const message = `found the event ${name}, which ${known.source} declares, expected each once`;
  return { file, line: Number(line), path: name, message };
}
