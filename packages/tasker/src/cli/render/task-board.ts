import { countStates, isSettled, type StepProgress, type TaskProgress } from "../progress/task-progress.ts";
import { formatDuration } from "./format-duration.ts";
import { fitLine, type Line, span } from "./span.ts";
import { drawSteps, isWaiting, type PlacedStep, type StepLineOptions } from "./step-lines.ts";
import { stateMark, stateTone } from "./step-mark.ts";

/** How a board is drawn. */
export interface TaskBoardOptions extends StepLineOptions {
  /** Lines that may be used, 3 or more: a taller board leaves out steps that are over first. Default: no limit.
   * Not together with `wholeErrors`. */
  readonly rows?: number;
}

/** A whole task: one line that sums it up, and its steps as a tree. */
export function drawTaskBoard(task: TaskProgress, options: TaskBoardOptions): Line[] {
  const placed = task.tree.flatMap((row) => {
    const step = task.steps[row.index];
    return step === undefined ? [] : [{ row, step }];
  });
  const title = fitLine(drawTitle(task, options), options.columns);
  if (options.rows === undefined) return [title, ...drawSteps(placed, options)];
  const { kept, left } = keepUrgent(placed, options.rows - 1);
  const rest = left.length === 0 ? [] : [fitLine(drawRest(left), options.columns)];
  return [title, ...drawSteps(kept, options), ...rest];
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

/** The most urgent steps that fit into `room` lines, in their order, with a line to spare if any are left out. */
function keepUrgent(placed: readonly PlacedStep[], room: number): { kept: PlacedStep[]; left: StepProgress[] } {
  const height = ({ step }: PlacedStep) => (step.error === null ? 1 : 2);
  if (placed.reduce((sum, each) => sum + height(each), 0) <= room) return { kept: [...placed], left: [] };
  const chosen = new Set<PlacedStep>();
  let free = room - 1;
  for (const each of [...placed].sort((a, b) => urgency(a.step) - urgency(b.step))) {
    if (height(each) > free) break;
    chosen.add(each);
    free -= height(each);
  }
  const left = placed.filter((each) => !chosen.has(each)).map(({ step }) => step);
  return { kept: placed.filter((each) => chosen.has(each)), left };
}

function drawRest(left: readonly StepProgress[]): Line {
  const counts = [...countStates(left)].map(([state, count]) => `${count} ${state}`);
  return [span(`  ${left.length} more ${left.length === 1 ? "step" : "steps"}: ${counts.join(", ")}`, "faint")];
}
