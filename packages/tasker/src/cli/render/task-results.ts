import type { TaskDetails } from "../task-details.ts";
import { drawJson } from "./json-lines.ts";
import { type Line, span } from "./span.ts";

/** What the completed steps stored, a step after the other; nothing if none stored anything. */
export function drawResults(details: Pick<TaskDetails, "steps">, columns: number): Line[] {
  const lines = details.steps
    .filter(({ state, results }) => (state === "complete" || state === "resolved_manually") && !isEmpty(results))
    .flatMap(({ name, results }) => [[span(`  ${name}`)], ...drawJson(results, "    ", columns)]);
  return lines.length === 0 ? [] : [[], [span("results", "strong")], ...lines];
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
