import type { z } from "zod";
import { parseSection } from "./parse-section.ts";
import { between, mapping, whole } from "./rules.ts";

/** A weight with a part after the point. */
const factor = () => between(0, 1_000_000);
/** A weight, or a penalty, without one. */
const points = () => whole(0, 1_000_000);

/** Shape of the section `dependency_graph`. */
export const DependencyGraphSchema = mapping({
  impact_multipliers: mapping({
    downstream_weight: points().default(5),
    blocked_weight: points().default(15),
    path_length_weight: points().default(10),
    completed_penalty: points().default(15),
    blocked_penalty: points().default(25),
    error_penalty: points().default(30),
    retry_penalty: points().default(10),
  }).prefault({}),
  severity_multipliers: mapping({
    error_state: factor().default(2),
    exhausted_retry_bonus: factor().default(0.5),
    dependency_issue: factor().default(1.2),
  }).prefault({}),
  penalty_constants: mapping({
    retry_instability: points().default(3),
    non_retryable: points().default(10),
    exhausted_retry: points().default(20),
  }).prefault({}),
  severity_thresholds: mapping({
    critical: points().default(100),
    high: points().default(50),
    medium: points().default(20),
  })
    .refine(({ critical, high, medium }) => medium <= high && high <= critical, {
      error: "thresholds that do not fall from medium over high to critical",
    })
    .prefault({}),
  duration_estimates: mapping({
    base_step_seconds: points().default(30),
    error_penalty_seconds: points().default(60),
    retry_penalty_seconds: points().default(30),
  }).prefault({}),
});

/** The section `dependency_graph` of a configuration, complete and frozen. Keys and defaults are those of the reference. */
export type DependencyGraphConfig = Readonly<z.output<typeof DependencyGraphSchema>>;

/** Some or all values of the section `dependency_graph`; those that are missing have their defaults. */
export type DependencyGraphSettings = Readonly<z.input<typeof DependencyGraphSchema>>;

/**
 * The section `dependency_graph` with its defaults filled in.
 * @throws ConfigurationError that names every key that has a value it cannot have
 */
export function dependencyGraphConfig(settings: DependencyGraphSettings = {}): DependencyGraphConfig {
  return parseSection("dependency_graph", DependencyGraphSchema, settings);
}
