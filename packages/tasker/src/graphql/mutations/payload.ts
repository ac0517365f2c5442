import type { ActionResult } from "../../actions/action-result.ts";
import type { TaskerError } from "../../errors/index.ts";
import type { MutationError } from "../types/mutation-error.ts";

/** What every mutation gives. */
export interface Payload {
  /** Null if nothing was done, and nothing had been done before. */
  readonly taskId: number | null;
  readonly stepId: number | null;
  /** `done`, `already` or `refused`. */
  readonly outcome: string;
  /** A sentence for people. */
  readonly message: string;
  readonly errors: readonly MutationError[];
  /** Of a task that was created: whether there was none before. */
  readonly created?: boolean;
  readonly signalId?: number;
}

/** What came of an action. */
export function payloadOf(result: ActionResult): Payload {
  const { outcome, message, step } = result;
  const newTaskId = result.outcome === "refused" ? null : result.newTaskId;
  const ids = { taskId: newTaskId ?? result.taskId, stepId: step?.id ?? null };
  if (result.outcome !== "refused") return { ...ids, outcome, message, errors: [] };
  const error = { code: "TASKER_ACTION_REFUSED", message, field: null, expected: null, reason: result.reason };
  return { taskId: null, stepId: null, outcome, message, errors: [error] };
}

/** What came of a mutation that failed by the fault of whoever asked for it. */
export function failedPayload({ code, message, context }: TaskerError): Payload {
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  const error = { code, message, field: text(context.field), expected: text(context.expected), reason: null };
  return { taskId: null, stepId: null, outcome: "refused", message, errors: [error] };
}
