import type { DraftIssue } from "./draft-issue.ts";
import { itemsOf, type SourceMapping } from "./source-tree.ts";

/**
 * Checks the events that steps publish: the JSON Schemas of their payloads, and that fields are only given for a payload that
 * the engine makes.
 */
export function checkCustomEvents(
  template: SourceMapping,
  checkSchema: (schema: SourceMapping) => readonly DraftIssue[],
): DraftIssue[] {
  return itemsOf(template, "step_templates").flatMap((step) =>
    step.kind === "mapping" ? itemsOf(step, "custom_events").flatMap((event) => checkEvent(event, checkSchema)) : [],
  );
}

function checkEvent(
  event: ReturnType<typeof itemsOf>[number],
  checkSchema: (schema: SourceMapping) => readonly DraftIssue[],
): readonly DraftIssue[] {
  if (event.kind !== "mapping") return [];
  const schema = event.entries.get("payload_schema")?.value;
  const payload = event.entries.get("payload");
  const isNull = payload?.value.kind === "scalar" && payload.value.value === null;
  const isConditional = event.entries.has("condition");
  return [
    ...(schema?.kind === "mapping" ? checkSchema(schema) : []),
    ...(payload === undefined || isNull || isConditional
      ? []
      : [
          {
            at: payload.keyAt,
            message:
              "found payload without condition, expected both: the payload is for an event that the engine publishes",
            hint: "such as condition: success",
          },
        ]),
  ];
}
