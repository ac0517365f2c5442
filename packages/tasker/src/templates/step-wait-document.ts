import { z } from "zod";
import type { JsonObject, JsonValue } from "../json/json-value.ts";
import type { StepWait, TaskWait, ValueSource } from "./step-wait.ts";

const text = z.string().min(1);

/** `sleep` of a step of that type: for so many seconds, or until a moment that is found in a step's results or the context. */
const SleepDocument = z.strictObject({
  seconds: z.number().min(0).nullish(),
  until_path: text.nullish(),
  /** The step in whose results `until_path` is looked up. Default: the context. */
  step: text.nullish(),
});

/** `signal` of a step of that type: which one it waits for, and how long. */
const SignalDocument = z.strictObject({
  name: text.max(128),
  /** Default: it waits for ever. */
  timeout_seconds: z.number().positive().nullish(),
  /** Default: `fail`. */
  on_timeout: z.enum(["fail", "continue"], { error: "fail or continue" }).nullish(),
});

/** Where a member of a child's context comes from: `value`; or `path`, in the results of `step` or else in the context. */
const SourceDocument = z.strictObject({
  value: z.custom<JsonValue>(() => true).optional(),
  path: text.nullish(),
  step: text.nullish(),
});

/** `task` of a step of that type: which task it submits, and with which context. */
const TaskDocument = z.strictObject({
  name: text.max(64),
  /** Default: that of the task that the step belongs to. */
  namespace: text.max(64).nullish(),
  /** Default: the newest one. */
  version: text.max(64).nullish(),
  /** Default: an empty one. */
  context: z.record(z.string(), SourceDocument).nullish(),
});

/** The keys of a step that has a type instead of a handler: `type`, and one of the same name as the type. */
export const WAIT_KEYS = {
  type: z.enum(["sleep", "signal", "task"], { error: "sleep, signal or task" }).nullish(),
  sleep: SleepDocument.nullish(),
  signal: SignalDocument.nullish(),
  task: TaskDocument.nullish(),
};

const WaitKeys = z.object(WAIT_KEYS);

/** What a step waits for by its keys, which have been checked; null for a step with a handler. */
export function waitOfDocument(step: z.infer<typeof WaitKeys>): StepWait | null {
  if (step.type === "sleep") {
    const { seconds, until_path: path, step: source } = step.sleep ?? {};
    if (path == null) return Object.freeze({ kind: "sleep", seconds: seconds ?? 0, until: null });
    return Object.freeze({ kind: "sleep", seconds: null, until: Object.freeze({ step: source ?? null, path }) });
  }
  if (step.type === "signal") {
    const { name = "", timeout_seconds: timeoutSeconds, on_timeout: onTimeout } = step.signal ?? {};
    return Object.freeze({
      kind: "signal",
      name,
      timeoutSeconds: timeoutSeconds ?? null,
      onTimeout: onTimeout ?? "fail",
    });
  }
  if (step.type === "task") {
    const { name = "", namespace, version, context } = step.task ?? {};
    const sources = Object.entries(context ?? {}).map(([key, source]) => [key, sourceOf(source)] as const);
    return Object.freeze({
      kind: "task",
      namespace: namespace ?? null,
      name,
      version: version ?? null,
      context: Object.freeze(Object.fromEntries(sources)),
    });
  }
  return null;
}

function sourceOf({ value, path, step }: z.infer<typeof SourceDocument>): ValueSource {
  return value === undefined ? Object.freeze({ step: step ?? null, path: path ?? null }) : Object.freeze({ value });
}

/** The keys that say what a step waits for. */
export function waitToDocument(wait: StepWait | null): JsonObject {
  if (wait === null) return {};
  if (wait.kind === "signal") {
    const { name, timeoutSeconds, onTimeout } = wait;
    const limit: JsonObject = timeoutSeconds === null ? {} : { timeout_seconds: timeoutSeconds };
    const policy: JsonObject = onTimeout === "fail" ? {} : { on_timeout: onTimeout };
    return { type: wait.kind, signal: { name, ...limit, ...policy } };
  }
  if (wait.kind === "task") return { type: wait.kind, task: taskToDocument(wait) };
  if (wait.until === null) return { type: wait.kind, sleep: { seconds: wait.seconds } };
  const { step, path } = wait.until;
  return { type: wait.kind, sleep: { until_path: path, ...(step === null ? {} : { step }) } };
}

function taskToDocument({ name, namespace, version, context }: TaskWait): JsonObject {
  const sources = Object.entries(context).map(([key, source]) => [key, sourceToDocument(source)] as const);
  return withoutNulls({ name, namespace, version, context: Object.fromEntries(sources) });
}

function sourceToDocument(source: ValueSource): JsonObject {
  return "value" in source ? { value: source.value } : withoutNulls({ step: source.step, path: source.path });
}

const withoutNulls = (value: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null));
