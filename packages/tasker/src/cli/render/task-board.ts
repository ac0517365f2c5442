import { countStates, isSettled, type StepProgress, type TaskProgress } from "../progress/task-progress.ts";
import { formatDuration } from "./format-duration.ts";
import { fitLine, type Line, span } from "./span.ts";
import { drawSteps, isWaiting, type StepBlock, type StepLineOptions } from "./step-lines.ts";
import { stateMark, stateTone } from "./step-mark.ts";

/** How a board is drawn. */
export interface TaskBoardOptions extends StepLineOptions {
  /** Lines that may be used, 3 or more: a taller board leaves out settled and waiting steps first. Default: no limit. */
  readonly rows?: number;
}

/** A whole task: one line that sums it up, and its steps as a tree. */
export function drawTaskBoard(task: TaskProgress, options: TaskBoardOptions): Line[] {
  const blocks = drawSteps(task.steps, options);
  const room = (options.rows ?? Number.POSITIVE_INFINITY) - 1;
  return [drawTitle(task, options), ...fitBlocks(blocks, room)].map((line) => fitLine(line, options.columns));
}

/** The line that sums a task up: `✓ order 1.0.0  task 12  complete  4/4 steps  1.2s`. */
export function drawTitle(task: TaskProgress, options: StepLineOptions): Line {
  const done = task.steps.filter(({ state }) => state === "complete" || state === "resolved_manually").length;
  return [
    stateMark(task.state, { unicode: options.unicode !== false }),
    span(` ${task.name} ${task.version}`, "strong"),
    span(`  task ${task.taskId}`),
    span(`  ${task.state}`, stateTone(task.state)),
    span(`  ${done}/${task.steps.length} steps`),
    span(`  ${formatDuration(options.now - task.since)}`, "faint"),
  ];
}

/** How soon a reader wants to know of a step: running, then failing, then what comes, then what is over. */
function urgency(step: StepProgress): number {
  if (step.state === "in_progress") return 0;
  if (isWaiting(step)) return 1;
  if (step.state === "error") return 2;
  return isSettled(step) ? 4 : 3;
}

function fitBlocks(blocks: readonly StepBlock[], room: number): Line[] {
  const total = blocks.reduce((sum, { lines }) => sum + lines.length, 0);
  if (total <= room) return blocks.flatMap(({ lines }) => lines);
  let left = room - 1;
  const kept = new Set<StepBlock>();
  for (const block of [...blocks].sort((a, b) => urgency(a.step) - urgency(b.step))) {
    if (block.lines.length > left) break;
    kept.add(block);
    left -= block.lines.length;
  }
  const hidden = blocks.filter((block) => !kept.has(block)).map(({ step }) => step);
  const counts = [...countStates(hidden)].map(([state, count]) => `${count} ${state}`);
  const summary = [span(`  ${hidden.length} more steps: ${counts.join(", ")}`, "faint")];
  return [...blocks.filter((block) => kept.has(block)).flatMap(({ lines }) => lines), summary];
}
