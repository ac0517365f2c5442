import type { TaskDetails } from "../../reading/task/task-details.ts";
import { progressFromDetails } from "../progress/progress-from-details.ts";
import { CHANGE_INDENT, drawChange } from "./event-line.ts";
import { formatMoment, formatTimeOfDay } from "./format-duration.ts";
import { drawJson } from "./json-lines.ts";
import { type Line, span } from "./span.ts";
import type { StepLineOptions } from "./step-lines.ts";
import { drawTaskBoard } from "./task-board.ts";
import { drawResults } from "./task-results.ts";
import { wrapLine } from "./wrap-line.ts";

/** Widest column for names in the timeline. */
const NAME_COLUMNS = 32;

/** States in which a task takes no more time. */
const OVER = new Set(["complete", "error", "cancelled", "resolved_manually"]);

/** A task as a page: title and steps, facts, context, results, annotations, and its audit trail. */
export function drawTaskDetails(details: TaskDetails, options: StepLineOptions): Line[] {
  const { transitions } = details;
  const first = transitions.at(0)?.at ?? details.requested_at;
  const last = OVER.has(details.state) ? transitions.at(-1)?.at.getTime() : undefined;
  const board = drawTaskBoard(progressFromDetails(details, first.getTime()), {
    ...options,
    now: last ?? options.now,
    wholeErrors: true,
  });
  return [
    ...board,
    [],
    ...drawFacts(details),
    ...section("context", drawJson(details.context, "  ", options.columns)),
    ...drawResults(details, options.columns),
    ...details.annotations.flatMap(({ type, value }) =>
      section(`annotation ${type}`, drawJson(value, "  ", options.columns)),
    ),
    ...drawTimeline(details, options),
    ...drawOutside(details, options),
    ...drawLateResults(details, options),
  ];
}

function section(title: string, lines: readonly Line[]): Line[] {
  return [[], [span(title, "strong")], ...lines];
}

function drawFacts(details: TaskDetails): Line[] {
  const facts: [string, string | null][] = [
    ["namespace", details.namespace],
    ["requested", `${formatMoment(details.requested_at)} UTC`],
    ["initiator", details.initiator],
    ["source", details.source_system],
    ["reason", details.reason],
    ["tags", Array.isArray(details.tags) && details.tags.length > 0 ? details.tags.join(", ") : null],
    ["correlation", details.correlation_id],
    ["paused", details.paused ? "yes, until it is resumed" : null],
    ["again", details.rerun_of === null ? null : `does task ${details.rerun_of} again`],
  ];
  return facts
    .filter(([, value]) => value !== null && value !== "" && value !== "unknown")
    .map(([name, value]) => [span(name.padEnd(13), "faint"), span(value ?? "")]);
}

function drawTimeline(details: TaskDetails, options: StepLineOptions): Line[] {
  const longest = details.steps.reduce((width, { name }) => Math.max(width, name.length), "task".length);
  const lines: Line[] = [];
  let day = "";
  for (const { at, step_name: stepName, to_state: toState, metadata } of details.transitions) {
    const today = at.toISOString().slice(0, 10);
    if (today !== day) lines.push([span(`  ${today}`, "faint")]);
    day = today;
    const change = { stepName, toState, metadata, at: at.getTime() };
    const line = drawChange(change, {
      time: `  ${formatTimeOfDay(at)}`,
      nameColumns: Math.min(longest, NAME_COLUMNS),
      unicode: options.unicode !== false,
    });
    lines.push(...wrapLine(line, options.columns, CHANGE_INDENT));
  }
  return lines.length === 0 ? [] : section("audit trail (UTC)", lines);
}

/** What workers, and other processes, are running of the task. */
function drawOutside({ outside }: TaskDetails, options: StepLineOptions): Line[] {
  const lines = outside.flatMap((attempt) => {
    const { started_at: at, step_name: step, process_id: processId, worker, language, progress } = attempt;
    const who = language === null ? `process ${processId}` : `worker ${processId} (${worker ?? language})`;
    const seen = `last heard of ${formatMoment(attempt.heartbeat_at)}`;
    const told = progress == null ? "" : `, progress ${JSON.stringify(progress)}`;
    const facts = `${step}  attempt ${attempt.attempt} at ${who}, ${seen}${told}`;
    return wrapLine([span(`  ${formatMoment(at)}  `, "faint"), span(facts)], options.columns, CHANGE_INDENT);
  });
  return lines.length === 0 ? [] : section("running elsewhere (UTC)", lines);
}

/** What handlers came to when their step had gone on without them. */
function drawLateResults({ late_results: lateResults }: TaskDetails, options: StepLineOptions): Line[] {
  const lines = lateResults.flatMap(({ finished_at: at, step_name: step, attempt, process_id: processId, ...late }) => {
    const facts = `${step}  ${late.outcome} of attempt ${attempt} by process ${processId}: ${late.reason ?? "refused"}`;
    return wrapLine([span(`  ${formatMoment(at)}  `, "faint"), span(facts)], options.columns, CHANGE_INDENT);
  });
  return lines.length === 0 ? [] : section("came too late, and changed nothing (UTC)", lines);
}
