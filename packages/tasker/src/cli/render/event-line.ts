import type { TaskerEvent } from "../../events/event.ts";
import { metadataOf, stateEntered } from "../progress/change-event.ts";
import { readTransitionFacts, type TransitionFacts } from "../progress/transition-facts.ts";
import { formatDuration } from "./format-duration.ts";
import { type Line, type Span, span } from "./span.ts";
import { stateMark, stateTone } from "./step-mark.ts";

/** A change of state, from an event or from the audit trail. */
export interface StateChange {
  /** Null: the task itself. */
  readonly stepName: string | null;
  readonly toState: string;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What stands before the second line of a change that needs more than one. */
export const CHANGE_INDENT: Line = [span(" ".repeat(12))];

/** The change that an event tells of. */
export function changeOfEvent(event: TaskerEvent): StateChange {
  return { stepName: event.stepName, toState: stateEntered(event), metadata: metadataOf(event), at: event.at };
}

/** How a line for a change is laid out. */
export interface ChangeLineOptions {
  /** What stands first: a time or the time since the start. */
  readonly time: string;
  /** Columns for the names, so that lines stand under each other. */
  readonly nameColumns: number;
  readonly unicode?: boolean;
}

/** One change of state as one line: when, mark, name, state, and what is worth knowing about it. */
export function drawChange(change: StateChange, options: ChangeLineOptions): Line {
  const facts = readTransitionFacts(change.metadata);
  const waiting = change.toState === "error" && facts.nextAttemptAt !== null;
  const name = change.stepName ?? "task";
  const notes = changeNotes(change, facts);
  return [
    span(options.time, "faint"),
    span("  "),
    stateMark(change.toState, { waiting, unicode: options.unicode !== false }),
    span(` ${name.padEnd(options.nameColumns)}`, change.stepName === null ? "strong" : "plain"),
    span(`  ${notes.length === 0 ? change.toState : change.toState.padEnd(11)}`, stateTone(change.toState, waiting)),
    ...notes.flatMap((note) => [span("  "), note]),
  ];
}

function changeNotes(change: StateChange, facts: TransitionFacts): Span[] {
  const notes: Span[] = [];
  if (facts.attempt !== null && change.toState === "in_progress") notes.push(span(`attempt ${facts.attempt}`, "faint"));
  if (facts.durationMs !== null) notes.push(span(formatDuration(facts.durationMs)));
  if (facts.interrupted) notes.push(span("interrupted", "waiting"));
  if (facts.nextAttemptAt !== null)
    notes.push(span(`retry in ${formatDuration(facts.nextAttemptAt - change.at)}`, "waiting"));
  if (facts.permanent) notes.push(span("no further attempt", "bad"));
  if (facts.error !== null) notes.push(span(facts.error, "bad"));
  if (facts.actor !== null) notes.push(span(`by ${facts.actor}`));
  if (facts.reason !== null) notes.push(span(facts.reason, "faint"));
  return notes;
}
