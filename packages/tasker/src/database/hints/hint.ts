import { bool, text } from "../sql-type.ts";
import { statement } from "../statement.ts";

/**
 * What a process tells others that they had better look at now instead of at their next look. Nothing depends on it: a hint
 * may be lost, and where LISTEN is not available none arrives.
 */
export type Hint =
  /** There may be tasks that nobody owns and that are due. */
  | { readonly topic: "tasks" }
  /** Something was done to, or delivered for, a task of the process `processId`. */
  | { readonly topic: "owner"; readonly processId: number }
  /** Something has come of a step that others run for the process `processId`. */
  | { readonly topic: "outside"; readonly processId: number }
  /** Ready steps were offered to other processes. */
  | { readonly topic: "steps" }
  /** Ready steps were offered to workers. */
  | { readonly topic: "remote" };

/** Hints as they travel. */
export interface HintMessage {
  /** The process that tells; 0 if it is none that runs tasks. */
  readonly senderId: number;
  readonly hints: readonly Hint[];
}

/**
 * Tells hints to whoever listens. A statement of its own, never part of a commit that is written often: transactions that
 * notify commit one at a time.
 *
 * The channel has the number of this schema's table of processes in its name: engines in other schemas have another one.
 */
export const tellHints = statement({
  name: "tell_hints",
  text: "select true as told from pg_notify('tasker_' || 'tasker_processes'::regclass::oid, $1)",
  parameters: [text],
  columns: { told: bool },
});

/** The channel on which the hints of this schema are told. It needs no quoting. */
export const findHintChannel = statement({
  name: "find_hint_channel",
  text: "select 'tasker_' || 'tasker_processes'::regclass::oid as channel",
  parameters: [],
  columns: { channel: text },
});

/** Bytes that a notification must stay below. */
const LONGEST_PAYLOAD = 7_900;

/**
 * Writes hints, each once, as payloads of notifications: `12:tasks,owner.7` is told by process 12. One payload, unless the
 * owners are so many that it would be too long.
 */
export function encodeHints({ senderId, hints }: HintMessage): string[] {
  const payloads: string[] = [];
  let payload = "";
  for (const word of new Set(hints.map(encodeHint))) {
    if (payload.length + word.length > LONGEST_PAYLOAD) {
      payloads.push(payload);
      payload = "";
    }
    payload += payload === "" ? `${senderId}:${word}` : `,${word}`;
  }
  return payload === "" ? payloads : [...payloads, payload];
}

/** Reads a payload. What it does not know, as from a later release, is left out. */
export function decodeHints(payload: string): HintMessage {
  const [sender = "", words = ""] = payload.split(":", 2);
  const hints = words.split(",").flatMap((word): Hint[] => {
    const [topic, id] = word.split(".", 2);
    if (topic === "tasks" || topic === "steps" || topic === "remote") return [{ topic }];
    return (topic === "owner" || topic === "outside") && id !== undefined ? [{ topic, processId: Number(id) }] : [];
  });
  return { senderId: Number(sender), hints };
}

function encodeHint(hint: Hint): string {
  return "processId" in hint ? `${hint.topic}.${hint.processId}` : hint.topic;
}
