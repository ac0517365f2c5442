import type { TaskDetails } from "../../reading/task/task-details.ts";
import type { TaskProgress } from "../progress/task-progress.ts";
import type { Line } from "./span.ts";
import { drawTaskBoard } from "./task-board.ts";
import { drawResults } from "./task-results.ts";

/** What came of a task: all of its steps with their errors, and, if it has come to an end, what they stored. */
export function drawOutcome(
  details: TaskDetails,
  task: TaskProgress,
  options: { readonly columns: number; readonly unicode: boolean },
): Line[] {
  const now = details.transitions.at(-1)?.at.getTime() ?? task.since;
  const board = drawTaskBoard(task, { ...options, now, wholeErrors: true });
  const unfinished = details.state === "pending" || details.state === "in_progress";
  return unfinished ? board : [...board, ...drawResults(details, options.columns)];
}
