import type { SectionFacts } from "./option-facts.ts";

const WEIGHS = ["analysis/task/weights.test.ts", "the option %s changes the analysis"] as const;

/** Options of the section `dependency_graph`. All weigh in the scores of the analysis of a running task. */
export const DEPENDENCY_GRAPH_OPTIONS: SectionFacts = {
  "impact_multipliers.downstream_weight": {
    says: "weight of each step below one",
    dynamic: true,
    reader: "analysis/task/bottlenecks.ts",
    test: WEIGHS,
  },
  "impact_multipliers.blocked_weight": {
    says: "weight of each step below one that it blocks",
    dynamic: true,
    reader: "analysis/task/bottlenecks.ts",
    test: WEIGHS,
  },
  "impact_multipliers.path_length_weight": {
    says: "weight of each step of a path",
    dynamic: true,
    reader: "analysis/task/critical-paths.ts",
    test: WEIGHS,
  },
  "impact_multipliers.completed_penalty": {
    says: "what each complete step takes from a path",
    dynamic: true,
    reader: "analysis/task/critical-paths.ts",
    test: WEIGHS,
  },
  "impact_multipliers.blocked_penalty": {
    says: "what each blocked step adds to a path",
    dynamic: true,
    reader: "analysis/task/critical-paths.ts",
    test: WEIGHS,
  },
  "impact_multipliers.error_penalty": {
    says: "what each failed step adds to a path",
    dynamic: true,
    reader: "analysis/task/critical-paths.ts",
    test: WEIGHS,
  },
  "impact_multipliers.retry_penalty": {
    says: "what each retried step adds to a path",
    dynamic: true,
    reader: "analysis/task/critical-paths.ts",
    test: WEIGHS,
  },
  "severity_multipliers.error_state": {
    says: "by what the impact of a failed step is multiplied",
    dynamic: true,
    reader: "analysis/task/bottlenecks.ts",
    test: WEIGHS,
  },
  "severity_multipliers.exhausted_retry_bonus": {
    says: "what is added to that without attempts left",
    dynamic: true,
    reader: "analysis/task/bottlenecks.ts",
    test: WEIGHS,
  },
  "severity_multipliers.dependency_issue": {
    says: "by what the impact of a blocked step is multiplied",
    dynamic: true,
    reader: "analysis/task/bottlenecks.ts",
    test: WEIGHS,
  },
  "penalty_constants.retry_instability": {
    says: "what each attempt adds to an impact",
    dynamic: true,
    reader: "analysis/task/bottlenecks.ts",
    test: WEIGHS,
  },
  "penalty_constants.non_retryable": {
    says: "what a step that is not retried adds",
    dynamic: true,
    reader: "analysis/task/bottlenecks.ts",
    test: WEIGHS,
  },
  "penalty_constants.exhausted_retry": {
    says: "what a step without attempts left adds",
    dynamic: true,
    reader: "analysis/task/bottlenecks.ts",
    test: WEIGHS,
  },
  "severity_thresholds.critical": {
    says: "impact from which on a bottleneck is critical",
    dynamic: true,
    reader: "analysis/task/severity.ts",
    test: WEIGHS,
  },
  "severity_thresholds.high": {
    says: "impact from which on it is high",
    dynamic: true,
    reader: "analysis/task/severity.ts",
    test: WEIGHS,
  },
  "severity_thresholds.medium": {
    says: "impact from which on it is medium",
    dynamic: true,
    reader: "analysis/task/severity.ts",
    test: WEIGHS,
  },
  "duration_estimates.base_step_seconds": {
    says: "estimate of a step without history",
    unit: "seconds",
    dynamic: true,
    reader: "analysis/task/expected-duration.ts",
    test: WEIGHS,
  },
  "duration_estimates.error_penalty_seconds": {
    says: "what a failed step adds to it",
    unit: "seconds",
    dynamic: true,
    reader: "analysis/task/expected-duration.ts",
    test: WEIGHS,
  },
  "duration_estimates.retry_penalty_seconds": {
    says: "what an attempt adds to it",
    unit: "seconds",
    dynamic: true,
    reader: "analysis/task/expected-duration.ts",
    test: WEIGHS,
  },
};
