import { z } from "zod";
import { Id, Moment } from "./common.ts";

const Ids = z.array(Id);
const Names = z.array(z.string());
const ByStep = <Value extends z.ZodType>(value: Value) => z.record(z.string(), value).describe("By ids of steps");

/** The graph of a task's steps. */
export const DependencyGraph = z.object({
  nodes: z.array(z.object({ id: Id, name: z.string(), level: z.int() })),
  edges: z.array(z.object({ from: Id, to: Id, from_name: z.string(), to_name: z.string() })),
  adjacency_list: ByStep(Ids),
  reverse_adjacency_list: ByStep(Ids),
  dependency_levels: ByStep(z.int()),
});

const PathReport = z.object({
  path: Ids,
  length: z.int(),
  step_names: Names,
  completed_steps: z.int(),
  blocked_steps: z.int(),
  error_steps: z.int(),
  retry_steps: z.int(),
  ready_steps: z.int(),
  estimated_duration: z.number(),
  bottlenecks: z.array(
    z.object({ step_id: Id, step_name: z.string(), reason: z.string(), severity: z.number(), impact: z.string() }),
  ),
  criticality_score: z.number(),
  completion_percentage: z.number(),
});

const CriticalPaths = z.object({
  total_paths: z.number(),
  longest_path_length: z.int(),
  paths: z.array(PathReport),
  longest_by_duration: z.object({ path: Ids, step_names: Names, seconds: z.number() }),
  root_nodes: Ids,
  leaf_nodes: Ids,
});

const Parallelism = z.object({
  total_steps: z.int(),
  total_levels: z.int(),
  max_parallel_steps: z.int(),
  current_parallel_opportunities: z.int(),
  blocked_parallel_opportunities: z.int(),
  overall_completion: z.number(),
  levels: z.array(
    z.object({
      level: z.int(),
      total_steps: z.int(),
      ready_steps: z.int(),
      blocked_steps: z.int(),
      error_steps: z.int(),
      completed_steps: z.int(),
      step_names: Names,
      parallelism_potential: z.string(),
      bottleneck_risk: z.string(),
    }),
  ),
  parallelism_efficiency: z.number(),
});

const ErrorChains = z.object({
  total_error_steps: z.int(),
  total_steps: z.int(),
  error_percentage: z.number(),
  total_blocked_by_errors: z.int(),
  most_critical_error: z.string().nullable(),
  error_chains: z.array(
    z.object({
      error_step_id: Id,
      error_step_name: z.string(),
      error_attempts: z.int(),
      retry_limit: z.int(),
      retry_analysis: z.object({
        exhausted: z.boolean(),
        remaining_attempts: z.int(),
        in_backoff: z.boolean(),
        next_retry_at: Moment.nullable(),
        retryable: z.boolean(),
      }),
      downstream_steps: Ids,
      blocked_downstream_steps: z.int(),
      total_downstream_steps: z.int(),
      total_impact: z.number(),
      recovery_strategies: z.array(z.object({ strategy: z.string(), priority: z.string(), description: z.string() })),
    }),
  ),
  recovery_priority: z.array(
    z.object({
      step_name: z.string(),
      priority_level: z.string(),
      reason: z.string(),
      recommended_action: z.string(),
    }),
  ),
  task_health: z.string(),
});

const TaskBottlenecks = z.object({
  total_bottlenecks: z.int(),
  critical_bottlenecks: z.int(),
  total_blocked_steps: z.int(),
  bottlenecks: z.array(
    z.object({
      step_id: Id,
      step_name: z.string(),
      current_state: z.string(),
      attempts: z.int(),
      retry_limit: z.int(),
      dependencies_satisfied: z.boolean(),
      downstream_steps_count: z.int(),
      blocked_downstream_count: z.int(),
      impact_score: z.number(),
      severity: z.string(),
      bottleneck_type: z.string(),
      resolution_strategy: z.string(),
      estimated_resolution_time: z.string(),
    }),
  ),
  task_health: z.string(),
  task_completion: z.number(),
  failed_steps_ratio: z.number(),
  overall_impact: z.string(),
});

/** When a task will be done. */
export const Estimate = z.object({
  remaining_steps: z.int(),
  steps_with_history: z.int(),
  needs_operator: z.boolean(),
  critical_path: z.object({ path: Ids, step_names: Names }),
  p50_seconds: z.number(),
  p95_seconds: z.number(),
  sequential_seconds: z.number(),
  completes_at: Moment.nullable(),
});

/** How likely it is that a task fails. */
export const Risk = z.object({
  probability_of_failure: z.number().nullable(),
  riskiest_steps: z.array(
    z.object({
      step_id: Id,
      step_name: z.string(),
      past_attempts: z.int(),
      past_failures: z.int(),
      attempts_left: z.int(),
      probability: z.number(),
    }),
  ),
});

/** What the analysis says of a task, as the reference has it. */
export const ReferenceAnalysis = z.object({
  dependency_graph: DependencyGraph,
  critical_paths: CriticalPaths,
  parallelism_opportunities: Parallelism,
  error_chains: ErrorChains,
  bottlenecks: TaskBottlenecks,
});

/** Everything that the analysis says of a task. */
export const Analysis = z.object({
  task_id: Id,
  generated_at: Moment,
  ...ReferenceAnalysis.shape,
  estimate: Estimate,
  risk: Risk,
});

/** The analysis of a task in a few figures. */
export const ExecutionSummary = z.object({
  total_steps: z.int(),
  total_dependencies: z.int(),
  dependency_levels: z.int(),
  longest_path_length: z.int(),
  critical_bottlenecks_count: z.int(),
  error_chains_count: z.int(),
  parallelism_efficiency: z.number(),
  overall_health: z.enum(["healthy", "warning", "critical"]),
  recommendations: z.array(z.string()),
});

/** What a task tells with `include_dependencies`. */
export const DependencyAnalysis = z.union([
  ReferenceAnalysis.extend({ analysis_timestamp: Moment, task_execution_summary: ExecutionSummary }),
  z.object({ error: z.string(), analysis_timestamp: Moment }),
]);

/** Why a task does not go on. */
export const Why = z.object({
  task_id: Id,
  state: z.string(),
  situation: z.string().describe("A word for programs"),
  text: z.string(),
  reasons: z.array(
    z.object({
      situation: z.string(),
      step_name: z.string().nullable().describe("Null: it is about the task as a whole"),
      text: z.string(),
      commands: z.array(z.string()),
    }),
  ),
});

/** Everything that the analysis says of a task. */
export type Analysis = z.infer<typeof Analysis>;
