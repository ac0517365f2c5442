import type { z } from "zod";
import type { BackoffPolicy } from "../retry/backoff.ts";
import { parseSection } from "./parse-section.ts";
import { between, flag, list, mapping, whole } from "./rules.ts";

const RULES = {
  default_backoff_seconds: list(whole(0), "a list of whole numbers"),
  max_backoff_seconds: whole(1),
  backoff_multiplier: between(0, 100),
  jitter_enabled: flag(),
  jitter_max_percentage: between(0, 1),
  default_reenqueue_delay: whole(0),
  buffer_seconds: whole(0),
};
const DELAYS = { has_ready_steps: whole(0), waiting_for_dependencies: whole(0), processing: whole(0) };

/** Shape of the section `backoff`. */
export const BackoffSchema = mapping({
  default_backoff_seconds: RULES.default_backoff_seconds.default([1, 2, 4, 8, 16, 32]),
  max_backoff_seconds: RULES.max_backoff_seconds.default(300),
  backoff_multiplier: RULES.backoff_multiplier.default(2),
  jitter_enabled: RULES.jitter_enabled.default(true),
  jitter_max_percentage: RULES.jitter_max_percentage.default(0.1),
  reenqueue_delays: mapping({
    has_ready_steps: DELAYS.has_ready_steps.default(0),
    waiting_for_dependencies: DELAYS.waiting_for_dependencies.default(45),
    processing: DELAYS.processing.default(10),
  }).prefault({}),
  default_reenqueue_delay: RULES.default_reenqueue_delay.default(30),
  buffer_seconds: RULES.buffer_seconds.default(0),
});

/** Shape of what the section may say for some tasks: each key as above, none with a default. */
export const BackoffOverride = mapping({ ...RULES, reenqueue_delays: mapping(DELAYS).partial() }).partial();

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

/** The section with what is said for some tasks over it. @throws ConfigurationError */
export function backoffOver(below: BackoffConfig, above: BackoffSettings): BackoffConfig {
  const reenqueue_delays = { ...below.reenqueue_delays, ...above.reenqueue_delays };
  return backoffConfig({ ...below, ...above, reenqueue_delays });
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
