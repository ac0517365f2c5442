import type { JsonObject } from "../json/json-value.ts";
import type { TaskerEvent } from "./event.ts";

/** Whose an event is: null where it is nobody's, or not known. */
export interface EnvelopeSubject {
  readonly taskId: number | null;
  readonly namespace: string | null;
  readonly taskName: string | null;
  readonly version: string | null;
  readonly correlationId: string | null;
  readonly step?: { readonly stepId: number | null; readonly name: string | null } | null;
}

/** An event: what says whose it is, around a payload, which is frozen. */
export function envelope<Name extends string, Payload extends JsonObject>(
  subject: EnvelopeSubject,
  id: string,
  name: Name,
  at: number,
  payload: Payload,
): TaskerEvent<Name, Payload> {
  const { taskId, namespace, taskName, version, correlationId, step } = subject;
  Object.freeze(payload);
  const [stepId, stepName] = [step?.stepId ?? null, step?.name ?? null];
  return { id, name, at, taskId, namespace, taskName, version, correlationId, stepId, stepName, payload };
}
