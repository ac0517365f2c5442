import type { JsonObject } from "../json/json-value.ts";
import { authorOf, moveOf } from "./move-facts.ts";
import { flagIn, numberIn, objectIn, textIn } from "./read-metadata.ts";
import type { TransitionFacts } from "./transition-facts.ts";

const attemptOf = ({ metadata }: TransitionFacts) => ({
  attempt_number: numberIn(metadata, "attempt_number"),
  execution_id: textIn(metadata, "execution_id"),
});

const errorOf = ({ metadata }: TransitionFacts) => ({
  error_message: textIn(metadata, "error_message"),
  error_class: textIn(metadata, "error_class"),
  error_code: textIn(metadata, "error_code"),
});

const backoffOf = ({ metadata }: TransitionFacts) => ({
  backoff_seconds: numberIn(metadata, "backoff_seconds"),
  backoff_until: textIn(metadata, "backoff_until"),
});

const waitedFor = (metadata: JsonObject) => objectIn(metadata, "waiting_for");

/** What the event of a step's transition tells, by the event's name. */
export const STEP_PAYLOADS = {
  "step.initialize_requested": (row: TransitionFacts) => ({ ...moveOf(row), ...authorOf(row) }),
  "step.execution_requested": (row: TransitionFacts) => ({ ...moveOf(row), ...attemptOf(row) }),
  "step.completed": (row: TransitionFacts) => ({
    ...moveOf(row),
    ...attemptOf(row),
    execution_duration: numberIn(row.metadata, "execution_duration"),
  }),
  "step.failed": (row: TransitionFacts) => ({
    ...moveOf(row),
    ...attemptOf(row),
    execution_duration: numberIn(row.metadata, "execution_duration"),
    ...errorOf(row),
    permanent: flagIn(row.metadata, "permanent") ?? false,
    retry_available: flagIn(row.metadata, "retry_available"),
    ...backoffOf(row),
  }),
  "step.retry_requested": (row: TransitionFacts) => ({
    ...moveOf(row),
    ...authorOf(row),
    retry_attempt: numberIn(row.metadata, "retry_attempt"),
  }),
  "step.cancelled": (row: TransitionFacts) => ({ ...moveOf(row), ...authorOf(row) }),
  "step.resolved_manually": (row: TransitionFacts) => ({
    ...moveOf(row),
    ...authorOf(row),
    resolution: textIn(row.metadata, "resolution"),
  }),
  "step.interrupted": (row: TransitionFacts) => ({
    ...moveOf(row),
    ...attemptOf(row),
    reason: textIn(row.metadata, "error_message"),
    interruptions: numberIn(row.metadata, "interruptions"),
  }),
  "step.postponed": (row: TransitionFacts) => ({
    ...moveOf(row),
    ...attemptOf(row),
    circuit: textIn(row.metadata, "circuit_open") ?? "",
    reason: textIn(row.metadata, "error_message"),
    ...backoffOf(row),
  }),
  "step.wait_started": ({ metadata }: TransitionFacts) => ({
    kind: textIn(waitedFor(metadata), "kind"),
    name: textIn(waitedFor(metadata), "name"),
    namespace: textIn(waitedFor(metadata), "namespace"),
    until: textIn(waitedFor(metadata), "until"),
  }),
  "step.skipped": (row: TransitionFacts) => ({ ...authorOf(row), skipped_with: textIn(row.metadata, "skipped_with") }),
  "step.bypassed": (row: TransitionFacts) => ({ reason: textIn(row.metadata, "reason") }),
  "step.failure_ignored": (row: TransitionFacts) => ({ reason: textIn(row.metadata, "reason") }),
  "observability.step.backoff": (row: TransitionFacts) => ({
    attempt_number: numberIn(row.metadata, "attempt_number"),
    ...backoffOf(row),
  }),
  "observability.step.max_retries_reached": (row: TransitionFacts) => ({
    attempt_number: numberIn(row.metadata, "attempt_number"),
    ...errorOf(row),
  }),
};
