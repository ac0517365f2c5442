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

/** The keys of a step that has a type instead of a handler: `type`, and one of the same name as the type. */
export const WAIT_KEYS = {
  type: z.enum(["sleep"], { error: "one of sleep" }).nullish(),
  sleep: SleepDocument.nullish(),
};

const WaitKeys = z.object(WAIT_KEYS);

/** What a step waits for by its keys, which have been checked; null for a step with a handler. */
export function waitOfDocument(step: z.infer<typeof WaitKeys>): StepWait | null {
  if (step.type === "sleep") {
    const { seconds, until_path: path, step: source } = step.sleep ?? {};
    if (path == null) return Object.freeze({ kind: "sleep", seconds: seconds ?? 0, until: null });
    return Object.freeze({ kind: "sleep", seconds: null, until: Object.freeze({ step: source ?? null, path }) });
  }
  return null;
}

/** The keys that say what a step waits for. */
export function waitToDocument(wait: StepWait | null): JsonObject {
  if (wait === null) return {};
  if (wait.until === null) return { type: wait.kind, sleep: { seconds: wait.seconds } };
  const { step, path } = wait.until;
  return { type: wait.kind, sleep: { until_path: path, ...(step === null ? {} : { step }) } };
}
