import { z } from "zod";
import type { JsonObject } from "../json/json-value.ts";
import type { StepWait } from "./step-wait.ts";

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

/** The keys of a step that has a type instead of a handler: `type`, and one of the same name as the type. */
export const WAIT_KEYS = {
  type: z.enum(["sleep", "signal"], { error: "sleep or signal" }).nullish(),
  sleep: SleepDocument.nullish(),
  signal: SignalDocument.nullish(),
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
  return null;
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
  if (wait.until === null) return { type: wait.kind, sleep: { seconds: wait.seconds } };
  const { step, path } = wait.until;
  return { type: wait.kind, sleep: { until_path: path, ...(step === null ? {} : { step }) } };
}
