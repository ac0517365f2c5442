import type { z } from "zod";
import { LOG_LEVELS } from "./log-level.ts";
import { parseSection } from "./parse-section.ts";
import { between, flag, mapping, oneOf, whole } from "./rules.ts";

/** How loaded something is, from least to most. */
export const PRESSURES = ["low", "moderate", "high", "critical"] as const;

/** One of {@link PRESSURES}. */
export type Pressure = (typeof PRESSURES)[number];

const share = between(0, 1);

/** From which value on something counts as moderately, highly and critically loaded. */
const limits = (value: z.ZodNumber, moderate: number, high: number, critical: number) =>
  mapping({ moderate: value.default(moderate), high: value.default(high), critical: value.default(critical) })
    .refine((given) => given.moderate <= given.high && given.high <= given.critical, {
      error: "limits that do not fall from moderate to critical",
    })
    .prefault({});

const DEADLINES = {
  batch_timeout_base_seconds: whole(1),
  batch_timeout_per_step_seconds: whole(1),
  max_batch_timeout_seconds: whole(1),
  batch_timeout_as_step_deadline: flag(),
};

/** Shape of what the section may say for some tasks: deadlines of steps. How many of them execute is a matter of the process. */
export const ExecutionOverride = mapping(DEADLINES).partial();

/** What the section says of deadlines of steps. */
export type StepDeadlines = Readonly<Required<z.output<typeof ExecutionOverride>>>;

/** Shape of the section `execution`. */
export const ExecutionSchema = mapping({
  min_concurrent_steps: whole(1, 1_000_000).default(3),
  max_concurrent_steps_limit: whole(1, 1_000_000).default(12),
  concurrency_cache_duration: whole(1).default(30),
  steps_per_connection: between(0.001, 1_000_000).default(25),
  connection_pressure_factors: mapping({
    low: share.default(0.8),
    moderate: share.default(0.6),
    high: share.default(0.4),
    critical: share.default(0.2),
  }).prefault({}),
  health_assessment_cache_duration: whole(1).default(30),
  event_loop_delay_limits_ms: limits(between(0, 3_600_000), 20, 50, 150),
  memory_limits: limits(share, 0.7, 0.8, 0.9),
  connection_health_log_level: oneOf(LOG_LEVELS).default("debug"),
  batch_timeout_base_seconds: DEADLINES.batch_timeout_base_seconds.default(30),
  batch_timeout_per_step_seconds: DEADLINES.batch_timeout_per_step_seconds.default(5),
  max_batch_timeout_seconds: DEADLINES.max_batch_timeout_seconds.default(120),
  batch_timeout_as_step_deadline: DEADLINES.batch_timeout_as_step_deadline.default(false),
}).superRefine((config, { addIssue }) => {
  const { min_concurrent_steps: least, max_concurrent_steps_limit: most } = config;
  if (least > most) {
    addIssue({
      code: "custom",
      path: ["min_concurrent_steps"],
      message: `at most max_concurrent_steps_limit, which is ${most}`,
    });
  }
  if (config.max_batch_timeout_seconds <= config.batch_timeout_base_seconds) {
    addIssue({
      code: "custom",
      path: ["max_batch_timeout_seconds"],
      message: `more than batch_timeout_base_seconds, which is ${config.batch_timeout_base_seconds}`,
    });
  }
});

/**
 * The section `execution` of a configuration, complete and frozen. Keys are those of the reference, and four of our own:
 * `steps_per_connection`, `event_loop_delay_limits_ms`, `memory_limits`, `batch_timeout_as_step_deadline`. What each does
 * stands in docs/orchestration.md.
 */
export type ExecutionConfig = Readonly<z.output<typeof ExecutionSchema>>;

/** Some or all values of the section `execution`; those that are missing have their defaults. */
export type ExecutionSettings = Readonly<z.input<typeof ExecutionSchema>>;

/**
 * The section `execution` with its defaults filled in. To change one, make a new one: `executionConfig({ ...old, ...changes })`.
 * @throws ConfigurationError that names every key that has a value it cannot have
 */
export function executionConfig(settings: ExecutionSettings = {}): ExecutionConfig {
  return parseSection("execution", ExecutionSchema, settings);
}

/**
 * Time-out of a batch of so many steps, in seconds: the base, and a share for each step, up to the maximum. The engine has
 * no batches: with `batch_timeout_as_step_deadline` every step that has no `timeout_seconds` gets that of a batch of one.
 */
export function batchTimeoutSeconds(
  config: Omit<StepDeadlines, "batch_timeout_as_step_deadline">,
  steps: number,
): number {
  const wanted = config.batch_timeout_base_seconds + steps * config.batch_timeout_per_step_seconds;
  return Math.min(wanted, config.max_batch_timeout_seconds);
}

/** Deadline of a step that has none of its own, in seconds; null for none. */
export function stepDeadlineSeconds(config: StepDeadlines): number | null {
  return config.batch_timeout_as_step_deadline ? batchTimeoutSeconds(config, 1) : null;
}
