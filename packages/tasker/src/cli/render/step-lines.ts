import { isSettled, type StepProgress } from "../progress/task-progress.ts";
import { formatCountdown, formatDuration } from "./format-duration.ts";
import { fitLine, type Line, lineWidth, padding, type Span, span } from "./span.ts";
import { stateMark, stateTone } from "./step-mark.ts";
import { layoutStepTree, type TreeRow } from "./step-tree.ts";
import { wrapLine } from "./wrap-line.ts";

/** How steps are drawn. */
export interface StepLineOptions {
  /** The present, in milliseconds since the epoch: durations and countdowns are relative to it. */
  readonly now: number;
  /** Lines are cut to this width; `Infinity` for none. */
  readonly columns: number;
  /** Default: true. */
  readonly unicode?: boolean;
  /** Errors take as many lines as they need instead of one. Default: false. */
  readonly wholeErrors?: boolean;
}

/** One step drawn: its own line, and under it its error, if it has one. */
export interface StepBlock {
  readonly step: StepProgress;
  readonly lines: readonly Line[];
}

/** Widest share of a line that tree and names may take before names are cut. */
const NAME_SHARE = 0.5;

const ASCII_TREE: Readonly<Record<string, string>> = { "├": "|", "└": "`", "─": "-", "│": "|" };

/** Draws steps as a tree by dependency: mark, name, state, attempt of limit, duration, countdown; errors underneath. */
export function drawSteps(steps: readonly StepProgress[], options: StepLineOptions): StepBlock[] {
  const rows = layoutStepTree(steps).flatMap((row) => {
    const step = steps[row.index];
    return step === undefined ? [] : [{ row, step, head: drawHead(row, step, options) }];
  });
  const widest = Math.max(0, ...rows.map(({ head }) => lineWidth(head)));
  const column = Math.min(widest, Math.floor(options.columns * NAME_SHARE));
  const stateColumn = Math.max(0, ...rows.map(({ step }) => step.state.length));
  return rows.map(({ row, step, head }) => {
    const fitted = fitLine(head, column);
    const line = [
      ...fitted,
      padding(fitted, column + 2),
      ...drawStanding(step, stateColumn, options),
      ...drawAfter(row),
    ];
    const error = step.error === null ? [] : drawError(row, step.error, options);
    return { step, lines: [line, ...error].map((each) => fitLine(each, options.columns)) };
  });
}

/** Whether the step has failed and will be tried again. */
export function isWaiting(step: StepProgress): boolean {
  return step.nextAttemptAt !== null && !isSettled(step) && step.state !== "in_progress";
}

function drawTree(prefix: string, options: StepLineOptions): Span {
  return span(
    options.unicode === false ? prefix.replace(/[├└─│]/g, (part) => ASCII_TREE[part] ?? part) : prefix,
    "faint",
  );
}

function drawHead(row: TreeRow, step: StepProgress, options: StepLineOptions): Line {
  const mark = stateMark(step.state, { waiting: isWaiting(step), unicode: options.unicode !== false });
  return [drawTree(row.prefix, options), mark, span(" "), span(step.name)];
}

function drawStanding(step: StepProgress, stateColumn: number, options: StepLineOptions): Span[] {
  const waiting = isWaiting(step);
  const attempt = step.attempts === 0 ? "" : `${step.attempts}/${step.retryLimit}`;
  const running = step.state === "in_progress" && step.startedAt !== null ? options.now - step.startedAt : null;
  const duration = running ?? step.durationMs;
  const spans = [
    span(step.state.padEnd(stateColumn), stateTone(step.state, waiting)),
    span(`  ${attempt.padEnd(5)}`, "faint"),
    span(`  ${(duration === null ? "" : formatDuration(duration)).padStart(7)}`),
  ];
  if (waiting && step.nextAttemptAt !== null) {
    spans.push(span(`  retry ${formatCountdown(step.nextAttemptAt - options.now)}`, "waiting"));
  }
  return spans;
}

function drawAfter(row: TreeRow): Span[] {
  return row.after.length === 0 ? [] : [span(`  after ${row.after.join(", ")}`, "faint")];
}

function drawError(row: TreeRow, error: string, options: StepLineOptions): Line[] {
  const indent = [drawTree(row.continuation, options), span("  ")];
  const line = [...indent, span(error, "bad")];
  return options.wholeErrors === true ? wrapLine(line, options.columns, indent) : [line];
}
