import { PermanentError } from "../errors/index.ts";
import { valueAtPath } from "../json/value-at-path.ts";
import { isSatisfied } from "../states/guards.ts";
import type { SignalWait, SleepWait, StepWait, ValueSource } from "../templates/step-wait.ts";
import type { WaitingFor } from "./standing-wait.ts";
import type { StepRun } from "./step-run.ts";
import type { TaskRun } from "./task-run.ts";

/** Latest moment that a date can hold, milliseconds since the epoch; the database holds it, too. */
const LATEST_MS = 8.64e15;

/**
 * What a step without a handler waits for, from the moment it starts.
 * @throws PermanentError if what it reads of the task is not there, or not what it has to be
 */
export function beginWait(wait: StepWait, run: TaskRun, step: StepRun, nowMs: number): WaitingFor {
  if (wait.kind === "signal") return listen(wait, step, nowMs);
  if (wait.kind === "task") {
    return { kind: "task", since: iso(nowMs), namespace: wait.namespace ?? run.view.namespace, name: wait.name };
  }
  const until = wait.until === null ? nowMs + (wait.seconds ?? 0) * 1_000 : readMoment(wait.until, run, step);
  if (until > LATEST_MS) throw unusable(step, "sleeps longer than a date can tell", "WAIT_WITHOUT_END");
  return { kind: "sleep", since: iso(nowMs), until: iso(until) };
}

function listen({ name, timeoutSeconds, onTimeout }: SignalWait, step: StepRun, nowMs: number): WaitingFor {
  const facts = { kind: "signal", since: iso(nowMs), name } as const;
  if (timeoutSeconds === null) return facts;
  const until = nowMs + timeoutSeconds * 1_000;
  if (until > LATEST_MS) throw unusable(step, "waits longer than a date can tell", "WAIT_WITHOUT_END");
  return { ...facts, until: iso(until), on_timeout: onTimeout };
}

const iso = (ms: number) => new Date(ms).toISOString();

function readMoment(source: NonNullable<SleepWait["until"]>, run: TaskRun, step: StepRun): number {
  const value = readSource(source, run, step);
  const moment = typeof value === "string" ? Date.parse(value) : value;
  if (typeof moment === "number" && Number.isFinite(moment)) return moment;
  const expected = "an ISO 8601 time or milliseconds since the epoch";
  throw unusable(
    step,
    `found ${JSON.stringify(value)} at ${describe(source)}, expected ${expected}`,
    "WAIT_UNTIL_WHEN",
  );
}

/**
 * The context of the task that a step submits.
 * @throws PermanentError if a member's source leads to nothing
 */
export function readContext(sources: Readonly<Record<string, ValueSource>>, run: TaskRun, step: StepRun) {
  return Object.fromEntries(Object.entries(sources).map(([key, source]) => [key, readSource(source, run, step)]));
}

/** The value that a source leads to. @throws PermanentError if there is none */
function readSource(source: ValueSource, run: TaskRun, step: StepRun): unknown {
  if ("value" in source) return source.value;
  const from = source.step === null ? run.view.context : resultsOf(run, source.step);
  const value = from === undefined ? undefined : valueAtPath(from, source.path ?? "");
  if (value === undefined)
    throw unusable(step, `found nothing at ${describe(source)}, expected a value`, "VALUE_NOT_FOUND");
  return value;
}

function resultsOf(run: TaskRun, name: string): unknown {
  const step = run.steps[run.graph.indexOf(name)];
  return step !== undefined && isSatisfied(step.state) ? step.results.value : undefined;
}

function describe(source: { readonly step: string | null; readonly path: string | null }): string {
  const from = source.step === null ? "the context" : `the results of ${source.step}`;
  return source.path === null ? from : `${source.path} in ${from}`;
}

function unusable(step: StepRun, reason: string, errorCode: string): PermanentError {
  return new PermanentError(`step ${step.name} ${reason}`, { errorCode, context: { step: step.name } });
}
