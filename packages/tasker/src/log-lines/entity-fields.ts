/** Fields of a line that is being made. */
export type MadeFields = Record<string, unknown>;

/** How long something took, in words. */
export type PerformanceCategory = "fast" | "moderate" | "slow" | "very_slow";

/** Up to a tenth of a second is fast, up to one moderate, up to five slow, more very slow. */
export function performanceCategory(seconds: number): PerformanceCategory {
  if (seconds <= 0.1) return "fast";
  if (seconds <= 1) return "moderate";
  return seconds <= 5 ? "slow" : "very_slow";
}

/** What a line about a task begins with. @param status told if it is a text */
export function taskFields(taskId: number, name: string | null, type: string, status: unknown): MadeFields {
  const fields: MadeFields = {
    entity_type: "task",
    entity_id: taskId,
    entity_name: name,
    event_type: type,
    task_id: taskId,
  };
  if (typeof status === "string") fields.task_status = status;
  return fields;
}

/**
 * What a line about a step begins with.
 * @param status told if it is a text
 * @param seconds that it took, told if it is a number
 */
export function stepFields(
  step: {
    readonly stepId: number;
    readonly name: string;
    readonly taskId: number | null;
    readonly taskName: string | null;
  },
  type: string,
  status: unknown,
  seconds: unknown,
): MadeFields {
  const { stepId, name, taskId, taskName } = step;
  const fields: MadeFields = { entity_type: "step", entity_id: stepId, entity_name: name, event_type: type };
  if (typeof status === "string") fields.step_status = status;
  fields.task_id = taskId;
  fields.task_name = taskName;
  if (typeof seconds === "number") addDuration(fields, seconds);
  return fields;
}

/** Adds how long something took. */
export function addDuration(fields: MadeFields, seconds: number): void {
  fields.duration_ms = Math.round(seconds * 100_000) / 100;
  fields.performance_category = performanceCategory(seconds);
}
