import type { z } from "zod";
import type { Event } from "../../api/shapes/event.ts";
import { type Line, span } from "./span.ts";

/** Widest column for the names of events. */
const NAME_COLUMNS = 32;

/** An event of the log as one line: when, what, to which task and step. */
export function drawLoggedEvent(event: z.output<typeof Event>): Line {
  const { occurred_at: at, name, namespace, task_name: taskName, task_id: taskId, step_name: stepName } = event;
  return [
    span(at, "faint"),
    span(`  ${name.padEnd(NAME_COLUMNS)}`, "strong"),
    ...(taskId === null ? [] : [span(`  task ${taskId}`)]),
    ...(taskName === null ? [] : [span(`  ${namespace ?? "default"}/${taskName}`, "faint")]),
    ...(stepName === null ? [] : [span(`  ${stepName}`)]),
  ];
}
