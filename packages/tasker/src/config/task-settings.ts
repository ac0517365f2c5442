import { type BackoffConfig, type BackoffSettings, backoffConfig } from "./backoff-config.ts";
import { type ExecutionSettings, executionConfig, type StepDeadlines } from "./execution-config.ts";
import { freeze } from "./freeze.ts";
import { type TelemetryConfig, type TelemetrySettings, telemetryConfig } from "./telemetry-config.ts";

/** What the configuration says for a task: for all, for its namespace, for its template. */
export interface TaskSettings {
  readonly backoff: BackoffConfig;
  /** What the section says of deadlines. */
  readonly execution: StepDeadlines;
  /** `event_sampling_rate`: the share of the traces beginning with such a task that is kept. */
  readonly telemetry: Pick<TelemetryConfig, "event_sampling_rate">;
}

/** Sections that settings of tasks are made of. What is left out has its defaults. */
export interface TaskSections {
  readonly backoff?: BackoffSettings | undefined;
  readonly execution?: ExecutionSettings | undefined;
  readonly telemetry?: TelemetrySettings | undefined;
}

/**
 * Settings of tasks by some sections of a configuration, frozen; also for tests of handlers.
 * @throws ConfigurationError that names every key that has a value it cannot have
 */
export function taskSettings({ backoff, execution, telemetry }: TaskSections = {}): TaskSettings {
  const {
    batch_timeout_base_seconds,
    batch_timeout_per_step_seconds,
    max_batch_timeout_seconds,
    batch_timeout_as_step_deadline,
  } = executionConfig(execution);
  const { event_sampling_rate } = telemetryConfig(telemetry);
  return freeze({
    backoff: backoffConfig(backoff),
    execution: {
      batch_timeout_base_seconds,
      batch_timeout_per_step_seconds,
      max_batch_timeout_seconds,
      batch_timeout_as_step_deadline,
    },
    telemetry: { event_sampling_rate },
  });
}
