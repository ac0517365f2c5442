/** What the metadata of a transition says that the command line shows. */
export interface TransitionFacts {
  /** Number of the attempt that the transition is about. */
  readonly attempt: number | null;
  readonly durationMs: number | null;
  readonly error: string | null;
  readonly errorCode: string | null;
  /** When the next attempt is due, in milliseconds since the epoch. */
  readonly nextAttemptAt: number | null;
  /** The attempt ended because its process did: it is given back. */
  readonly interrupted: boolean;
  /** No further attempt will be made, whatever the limit says. */
  readonly permanent: boolean;
  readonly reason: string | null;
  /** The operator who did it. */
  readonly actor: string | null;
}

const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : null);
const number = (value: unknown) => (typeof value === "number" && Number.isFinite(value) ? value : null);

/** Reads a transition's metadata. Another engine may have written it: what is missing or has another type is null. */
export function readTransitionFacts(metadata: Readonly<Record<string, unknown>> | null): TransitionFacts {
  const facts = metadata ?? {};
  const seconds = number(facts.execution_duration);
  const until = Date.parse(text(facts.backoff_until) ?? "");
  return {
    attempt: number(facts.attempt_number),
    durationMs: seconds === null ? null : seconds * 1000,
    error: text(facts.error_message),
    errorCode: text(facts.error_code),
    nextAttemptAt: Number.isNaN(until) ? null : until,
    interrupted: facts.interrupted === true,
    permanent: facts.permanent === true,
    reason: text(facts.actor) === null ? (text(facts.resolution) ?? text(facts.reason)) : text(facts.reason),
    actor: text(facts.actor),
  };
}
