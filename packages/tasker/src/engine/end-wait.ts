import { PermanentError, RetryableError } from "../errors/index.ts";
import { describeFailure } from "./describe-failure.ts";
import type { ChildTask } from "./load-children.ts";
import type { WaitingSignal } from "./load-signals.ts";
import type { Outcome } from "./outcome.ts";
import { endOfWait, type StandingWait } from "./standing-wait.ts";
import { StoredJson } from "./stored-json.ts";

/** What a wait comes to whose time is over. */
export function endByTime({ facts }: StandingWait, nowMs: number): Outcome {
  const durationMs = nowMs - Date.parse(facts.since);
  if (facts.kind === "sleep") return { kind: "success", results: StoredJson.of({ until: facts.until }), durationMs };
  const { name } = facts;
  if (facts.kind === "signal" && facts.on_timeout === "continue") {
    const results = { signal: name, payload: null, sender: null, received_at: null, timed_out: true };
    return { kind: "success", results: StoredJson.of(results), durationMs };
  }
  const error = new PermanentError(`no signal ${name} came in time`, { errorCode: "SIGNAL_TIMEOUT" });
  return { kind: "failure", failure: describeFailure(error), durationMs };
}

/** What a wait for a task comes to that is over; null if it is not. A task that failed can be followed by another one. */
export function endByChild({ facts }: StandingWait, child: ChildTask, nowMs: number): Outcome | null {
  const durationMs = nowMs - Date.parse(facts.since);
  const { taskId, state } = child;
  if (state === "complete" || state === "resolved_manually") {
    try {
      const results = { task_id: taskId, state, results: child.results?.value ?? {} };
      return { kind: "success", results: StoredJson.of(results), durationMs };
    } catch (error) {
      return { kind: "failure", failure: describeFailure(error), durationMs };
    }
  }
  if (state !== "error" && state !== "cancelled") return null;
  const error = new RetryableError(`task ${taskId} is ${state}`, { context: { taskId, state } });
  return { kind: "failure", failure: { ...describeFailure(error), errorCode: "CHILD_TASK_FAILED" }, durationMs };
}

/** The first of the signals that ends the wait: one of its name that came in time. Null if there is none. */
export function findSignal(wait: StandingWait, signals: readonly WaitingSignal[]): WaitingSignal | null {
  const { facts } = wait;
  if (facts.kind !== "signal") return null;
  const latest = endOfWait(wait) ?? Number.POSITIVE_INFINITY;
  return signals.find(({ name, receivedAt }) => name === facts.name && receivedAt.getTime() <= latest) ?? null;
}

/** What a wait comes to whose signal is there. */
export function endBySignal({ facts }: StandingWait, signal: WaitingSignal, nowMs: number): Outcome {
  const { name, payload, sender, receivedAt } = signal;
  const results = {
    signal: name,
    payload: payload.value,
    sender,
    received_at: receivedAt.toISOString(),
    timed_out: false,
  };
  return { kind: "success", results: StoredJson.of(results), durationMs: nowMs - Date.parse(facts.since) };
}
