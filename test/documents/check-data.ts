import { parse } from "yaml";
import { parseTemplate } from "../../packages/tasker/src/templates/parse-template.ts";

/** Says why a YAML block cannot be read, as a template if it has `step_templates`, or null. */
export function judgeYaml(text: string): string | null {
  return judge(() => {
    const value: unknown = parse(text);
    if (typeof value === "object" && value !== null && "step_templates" in value) parseTemplate(text);
  });
}

/** Says why a JSON block cannot be read, or null. */
export function judgeJson(text: string): string | null {
  return judge(() => JSON.parse(text));
}

function judge(read: () => void): string | null {
  try {
    read();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
