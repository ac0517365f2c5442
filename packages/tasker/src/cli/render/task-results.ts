import type { TaskDetails } from "../../reading/task/task-details.ts";
import { drawJson } from "./json-lines.ts";
import { type Line, lineWidth, span } from "./span.ts";

/** Widest column for the names of steps. */
const NAME_COLUMNS = 28;

/** What the completed steps stored, a step after the other; nothing if none stored anything. */
export function drawResults(details: Pick<TaskDetails, "steps">, columns: number): Line[] {
  const stored = details.steps.filter(
    ({ state, results }) => (state === "complete" || state === "resolved_manually") && !isEmpty(results),
  );
  if (stored.length === 0) return [];
  const nameColumns = stored.reduce((width, { name }) => Math.min(NAME_COLUMNS, Math.max(width, name.length)), 0);
  return [[], [span("results", "strong")], ...stored.flatMap((step) => drawResult(step, nameColumns, columns))];
}

/** The result beside the name if it is short, below it otherwise. */
function drawResult({ name, results }: TaskDetails["steps"][number], nameColumns: number, columns: number): Line[] {
  const head: Line = [span(`  ${name.padEnd(nameColumns)}  `)];
  const lines = drawJson(results, "", columns - lineWidth(head));
  const [first] = lines;
  if (lines.length === 1 && first !== undefined) return [[...head, ...first]];
  return [head, ...drawJson(results, "    ", columns)];
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
