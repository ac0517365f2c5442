import { errorTypeOf } from "./error-type.ts";
import { type EventLike, extractNumericMetric, safeGet, textOf } from "./event-facts.ts";

/** Facts by name; what is not known is left out. */
export type Attributes = Readonly<Record<string, string | number>>;

/** How long something took and how far it got. Seconds and counts, 0 where not told. */
export interface TimingMetrics {
  readonly execution_duration: number;
  readonly started_at: unknown;
  readonly completed_at: unknown;
  readonly step_count: number;
  readonly completed_steps: number;
  readonly failed_steps: number;
}

/** What is told of a failure. */
export interface ErrorMetrics {
  readonly error_message: string;
  readonly error_class: string;
  /** See {@link errorTypeOf}. */
  readonly error_type: string;
  readonly attempt_number: number;
  readonly is_retryable: boolean;
  /** Whether no attempt comes after it. */
  readonly final_failure: boolean;
}

/** What a step cost, as far as its events tell. 0 where not told. */
export interface PerformanceMetrics {
  readonly memory_usage: number;
  readonly cpu_time: number;
  readonly queue_time: number;
  readonly processing_time: number;
  readonly retry_delay: number;
}

const compact = (facts: Readonly<Record<string, unknown>>): Attributes =>
  Object.fromEntries(
    Object.entries(facts).flatMap(([key, value]) =>
      typeof value === "string" || typeof value === "number" ? [[key, value]] : [],
    ),
  );

/** `task_id` (`unknown` without one), `step_id`, `event_timestamp`. */
export function extractCoreAttributes(event: EventLike): Attributes {
  const timestamp = safeGet(event, "timestamp");
  return compact({
    task_id: safeGet(event, "task_id", "unknown"),
    step_id: safeGet(event, "step_id"),
    event_timestamp: timestamp === null ? null : String(timestamp),
  });
}

/** The core attributes, `step_id` and `step_name` (`unknown_step` without one). */
export function extractStepAttributes(event: EventLike): Attributes {
  return compact({ ...extractCoreAttributes(event), step_name: safeGet(event, "step_name", "unknown_step") });
}

/** See {@link TimingMetrics}; `step_count` is the payload's `total_steps`. */
export function extractTimingMetrics(event: EventLike): TimingMetrics {
  return {
    execution_duration: extractNumericMetric(event, "execution_duration"),
    started_at: safeGet(event, "started_at"),
    completed_at: safeGet(event, "completed_at"),
    step_count: extractNumericMetric(event, "total_steps"),
    completed_steps: extractNumericMetric(event, "completed_steps"),
    failed_steps: countOf(safeGet(event, "failed_steps")),
  };
}

/**
 * See {@link ErrorMetrics}. The class is `exception_class` or else `error_class`; whether another attempt comes is what
 * `retry_available` says, or else follows from `retryable`, `attempt_number` and `retry_limit` (1 where not told).
 */
export function extractErrorMetrics(event: EventLike): ErrorMetrics {
  const errorClass = safeGet(event, "exception_class") ?? safeGet(event, "error_class");
  const name = typeof errorClass === "string" && errorClass !== "" ? errorClass : null;
  const attempt = extractNumericMetric(event, "attempt_number", 1);
  const available = safeGet(event, "retry_available");
  return {
    error_message: textOf(event, "error_message", "unknown_error"),
    error_class: name ?? "UnknownError",
    error_type: errorTypeOf(name),
    attempt_number: attempt,
    is_retryable: (safeGet(event, "retryable") ?? available ?? false) === true,
    final_failure:
      typeof available === "boolean" ? !available : attempt >= extractNumericMetric(event, "retry_limit", 1),
  };
}

/** See {@link PerformanceMetrics}. */
export function extractPerformanceMetrics(event: EventLike): PerformanceMetrics {
  return {
    memory_usage: extractNumericMetric(event, "memory_usage"),
    cpu_time: extractNumericMetric(event, "cpu_time"),
    queue_time: extractNumericMetric(event, "queue_time"),
    processing_time: extractNumericMetric(event, "processing_time"),
    retry_delay: extractNumericMetric(event, "retry_delay"),
  };
}

/** Texts such as `task:order`, `step:charge`, `attempt:2`: of each fact that the event tells. */
export function extractMetricTags(event: EventLike): string[] {
  const tags: readonly (readonly [string, unknown])[] = [
    ["task", withoutPlaceholder(safeGet(event, "task_name"), "unknown")],
    ["step", withoutPlaceholder(safeGet(event, "step_name"), "unknown_step")],
    ["environment", safeGet(event, "environment")],
    ["source", safeGet(event, "source_system")],
    ["retryable", safeGet(event, "retryable") ?? safeGet(event, "retry_available")],
    ["attempt", safeGet(event, "attempt_number")],
    ["priority", safeGet(event, "priority")],
  ];
  return tags.flatMap(([tag, value]) => (value === null || value === "" ? [] : [`${tag}:${String(value)}`]));
}

/** The parts with a dot between; dots that follow each other become one. */
export function buildMetricName(base: string, type: string): string {
  return `${base}.${type}`.replace(/\.{2,}/g, ".");
}

const withoutPlaceholder = (value: unknown, placeholder: string) => (value === placeholder ? null : value);

/** A number as it is; of a list, its length. */
function countOf(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  return extractNumericMetric({ value }, "value");
}
