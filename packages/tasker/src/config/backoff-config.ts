import type { z } from "zod";
import type { BackoffPolicy } from "../retry/backoff.ts";
import { parseSection } from "./parse-section.ts";
import { between, flag, list, mapping, whole } from "./rules.ts";

/** Shape of the section `backoff`. */
export const BackoffSchema = mapping({
  default_backoff_seconds: list(whole(0), "a list of whole numbers").default([1, 2, 4, 8, 16, 32]),
  max_backoff_seconds: whole(1).default(300),
  backoff_multiplier: between(0, 100).default(2),
  jitter_enabled: flag().default(true),
  jitter_max_percentage: between(0, 1).default(0.1),
  reenqueue_delays: mapping({
    has_ready_steps: whole(0).default(0),
    waiting_for_dependencies: whole(0).default(45),
    processing: whole(0).default(10),
  }).prefault({}),
  default_reenqueue_delay: whole(0).default(30),
  buffer_seconds: whole(0).default(0),
});

/**
 * The section `backoff` of a configuration, complete and frozen. Keys are those of the reference; `backoff_multiplier` is
 * the exponent beyond the list, as there. What each does stands in docs/orchestration.md.
 */
export type BackoffConfig = Readonly<z.output<typeof BackoffSchema>>;

/** Some or all values of the section `backoff`; those that are missing have their defaults. */
export type BackoffSettings = Readonly<z.input<typeof BackoffSchema>>;

/**
 * The section `backoff` with its defaults filled in. To change one, make a new one: `backoffConfig({ ...old, ...changes })`.
 * @throws ConfigurationError that names every key that has a value it cannot have
 */
export function backoffConfig(settings: BackoffSettings = {}): BackoffConfig {
  return parseSection("backoff", BackoffSchema, settings);
}

/** The policy that the section describes, for `backoffSeconds` and `retryDelayMs`. */
export function backoffPolicy(config: BackoffConfig): BackoffPolicy {
  return {
    progressionSeconds: config.default_backoff_seconds,
    maxSeconds: config.max_backoff_seconds,
    exponent: config.backoff_multiplier,
    jitter: config.jitter_enabled ? config.jitter_max_percentage : 0,
  };
}
