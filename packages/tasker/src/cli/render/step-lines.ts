import { isSettled, type StepProgress } from "../progress/task-progress.ts";
import { formatCountdown, formatDuration } from "./format-duration.ts";
import { fitLine, type Line, lineWidth, padding, type Span, span } from "./span.ts";
import { stateMark, stateTone } from "./step-mark.ts";
import type { TreeRow } from "./step-tree.ts";
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

/** A step and where it is drawn. */
export interface PlacedStep {
  readonly row: TreeRow;
  readonly step: StepProgress;
}

/** Widest share of a line that tree and names may take before names are cut. */
const NAME_SHARE = 0.5;

const ASCII_TREE: Readonly<Record<string, string>> = { "├": "|", "└": "`", "─": "-", "│": "|" };

/**
 * Draws steps in the order given, each at its place in the tree: mark, name, state, attempt of limit, duration,
 * countdown, and what it waits for; its error in the line underneath.
 */
export function drawSteps(placed: readonly PlacedStep[], options: StepLineOptions): Line[] {
  const heads = placed.map(({ row, step }) => drawHead(row, step, options));
  const widest = heads.reduce((width, head) => Math.max(width, lineWidth(head)), 0);
  const column = Math.min(widest, Math.floor(options.columns * NAME_SHARE));
  const stateColumn = placed.reduce((width, { step }) => Math.max(width, step.state.length), 0);
  return placed.flatMap(({ row, step }, at) => {
    const head = fitLine(heads[at] ?? [], column);
    const line = [...head, padding(head, column + 2), ...drawStanding(step, stateColumn, options), ...drawAfter(row)];
    const error = step.error === null ? [] : drawError(row, step.error, options);
    return [line, ...error].map((each) => fitLine(each, options.columns));
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
