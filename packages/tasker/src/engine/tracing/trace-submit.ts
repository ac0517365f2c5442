import type { SubmitSpan, SubmittedTaskFacts } from "../../tracing/submit-span.ts";
import type { Tracing } from "../../tracing/tracing.ts";
import type { PreparedTask } from "../prepare-task.ts";

/** Begins the spans of submitting tasks, below the span that is active; none if nothing is traced. */
export function traceSubmit(tracing: Tracing | null, tasks: readonly PreparedTask[]): readonly SubmitSpan[] {
  if (tracing === null || !tracing.isOn) return [];
  return tasks.map((task) => tracing.submit(factsOfSubmit(task)));
}

/** What the span of submitting a task tells. */
export function factsOfSubmit({ compiled: { definition }, correlationId }: PreparedTask): SubmittedTaskFacts {
  const { namespace, name, version } = definition;
  return { namespace, name, version, correlationId };
}
