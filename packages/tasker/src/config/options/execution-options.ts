import type { SectionFacts } from "./option-facts.ts";

const EFFECT = ["config/option-effects.test.ts", "goes by %s"] as const;

/** Options of the section `execution`. */
export const EXECUTION_OPTIONS: SectionFacts = {
  min_concurrent_steps: {
    says: "least number of steps at the same time",
    dynamic: true,
    reader: "engine/concurrency/optimal-concurrency.ts",
    test: EFFECT,
  },
  max_concurrent_steps_limit: {
    says: "greatest number of steps at the same time",
    dynamic: true,
    reader: "engine/concurrency/optimal-concurrency.ts",
    test: EFFECT,
  },
  concurrency_cache_duration: {
    says: "time between decisions on that number",
    unit: "seconds",
    dynamic: true,
    reader: "engine/concurrency/adaptive-concurrency.ts",
    test: [
      "engine/concurrency/adaptive-concurrency.test.ts",
      "decides at once, and then once in every concurrency_cache_duration",
    ],
  },
  steps_per_connection: {
    says: "steps that a free connection carries",
    dynamic: true,
    own: true,
    reader: "engine/concurrency/optimal-concurrency.ts",
    test: EFFECT,
  },
  "connection_pressure_factors.low": {
    says: "share of the free connections that is used under low pressure",
    dynamic: true,
    reader: "engine/concurrency/optimal-concurrency.ts",
    test: EFFECT,
  },
  "connection_pressure_factors.moderate": {
    says: "the same under moderate pressure",
    dynamic: true,
    reader: "engine/concurrency/optimal-concurrency.ts",
    test: EFFECT,
  },
  "connection_pressure_factors.high": {
    says: "the same under high pressure",
    dynamic: true,
    reader: "engine/concurrency/optimal-concurrency.ts",
    test: EFFECT,
  },
  "connection_pressure_factors.critical": {
    says: "the same under critical pressure",
    dynamic: true,
    reader: "engine/concurrency/optimal-concurrency.ts",
    test: EFFECT,
  },
  health_assessment_cache_duration: {
    says: "for how long a measurement of event loop and memory is used",
    unit: "seconds",
    dynamic: true,
    reader: "engine/concurrency/adaptive-concurrency.ts",
    test: [
      "engine/concurrency/adaptive-concurrency.test.ts",
      "keeps a health assessment for health_assessment_cache_duration",
    ],
  },
  "event_loop_delay_limits_ms.moderate": {
    says: "lateness of timers from which on a process is moderately loaded",
    unit: "milliseconds",
    dynamic: true,
    own: true,
    reader: "engine/concurrency/pressure.ts",
    test: EFFECT,
  },
  "event_loop_delay_limits_ms.high": {
    says: "the same for highly loaded",
    unit: "milliseconds",
    dynamic: true,
    own: true,
    reader: "engine/concurrency/pressure.ts",
    test: EFFECT,
  },
  "event_loop_delay_limits_ms.critical": {
    says: "the same for critically loaded",
    unit: "milliseconds",
    dynamic: true,
    own: true,
    reader: "engine/concurrency/pressure.ts",
    test: EFFECT,
  },
  "memory_limits.moderate": {
    says: "share of the memory in use from which on a process is moderately loaded",
    dynamic: true,
    own: true,
    reader: "engine/concurrency/pressure.ts",
    test: EFFECT,
  },
  "memory_limits.high": {
    says: "the same for highly loaded",
    dynamic: true,
    own: true,
    reader: "engine/concurrency/pressure.ts",
    test: EFFECT,
  },
  "memory_limits.critical": {
    says: "the same for critically loaded",
    dynamic: true,
    own: true,
    reader: "engine/concurrency/pressure.ts",
    test: EFFECT,
  },
  connection_health_log_level: {
    says: "level at which a change of the number is logged",
    dynamic: true,
    reader: "engine/concurrency/adaptive-concurrency.ts",
    test: [
      "engine/concurrency/adaptive-concurrency.test.ts",
      "logs a change at the level that is configured, and nothing while all stays the same",
    ],
  },
  batch_timeout_base_seconds: {
    says: "time-out of a batch of no steps",
    unit: "seconds",
    dynamic: true,
    reader: "config/execution-config.ts",
    test: EFFECT,
  },
  batch_timeout_per_step_seconds: {
    says: "what each step adds to it",
    unit: "seconds",
    dynamic: true,
    reader: "config/execution-config.ts",
    test: EFFECT,
  },
  max_batch_timeout_seconds: {
    says: "longest time-out of a batch",
    unit: "seconds",
    dynamic: true,
    reader: "config/execution-config.ts",
    test: EFFECT,
  },
  batch_timeout_as_step_deadline: {
    says: "whether steps without `timeout_seconds` get the time-out of a batch of one",
    dynamic: true,
    own: true,
    reader: "config/execution-config.ts",
    test: [
      "engine/strategies/strategies.test.ts",
      "that never ends is ended by the deadline, which batch time-outs can give to steps that have none",
    ],
  },
};
