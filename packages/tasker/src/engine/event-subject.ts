import type { EventSubject } from "../events/transition-facts.ts";
import type { StepRun } from "./step-run.ts";
import type { TaskRun } from "./task-run.ts";

/** A task, or a step of it, as its events name it. */
export function subjectOf({ taskId, view }: TaskRun, step: StepRun | null = null): EventSubject {
  const { namespace, name, version, correlationId, requestedAt } = view;
  return {
    taskId,
    namespace,
    taskName: name,
    version,
    correlationId,
    requestedAt: requestedAt.getTime(),
    step,
  };
}
