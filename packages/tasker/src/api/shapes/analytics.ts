import { z } from "zod";
import { Id, Moment } from "./common.ts";

const Trend = z.object({
  task_throughput: z.int().describe("Tasks that were created"),
  completion_rate: z.number().describe("Percentage of them that is complete"),
  error_rate: z.number().describe("Percentage of them that is in error"),
  avg_task_duration: z.number().describe("Mean seconds from creation to completion"),
  avg_step_duration: z.number().describe("Mean seconds of the attempts that completed steps"),
  step_throughput: z.int().describe("Their steps that are done"),
});

/** How the tasks of the database do. */
export const Performance = z.object({
  system_overview: z.object({
    active_tasks: z.int(),
    total_namespaces: z.int(),
    unique_task_types: z.int(),
    system_health_score: z
      .number()
      .describe("Share of the complete ones among what ended within the hour; 1: nothing did"),
  }),
  performance_trends: z.object({ last_hour: Trend, last_4_hours: Trend, last_24_hours: Trend }),
  generated_at: Moment,
});

const Slow = {
  task_id: Id,
  task_name: z.string(),
  namespace_name: z.string(),
  version: z.string(),
  duration_seconds: z.number(),
  created_at: Moment,
  completed_at: Moment,
};

/** What made the tasks of a period slow. */
export const Bottlenecks = z.object({
  scope_summary: z.object({ total_tasks: z.int(), unique_task_types: z.int(), time_span_hours: z.number() }),
  bottleneck_analysis: z.object({
    slowest_tasks: z.array(
      z.object({
        ...Slow,
        step_count: z.int(),
        completed_steps: z.int(),
        error_steps: z.int(),
        initiator: z.string().nullable(),
        source_system: z.string().nullable(),
      }),
    ),
    slowest_steps: z.array(
      z.object({
        ...Slow,
        workflow_step_id: Id,
        step_name: z.string(),
        attempts: z.int(),
        retryable: z.boolean(),
        step_status: z.string(),
      }),
    ),
    error_patterns: z.object({
      total_errors: z.int(),
      recent_error_rate: z.number(),
      common_error_types: z.array(z.object({ type: z.string(), count: z.int() })),
      retry_success_rate: z.number().nullable().describe("Null: nothing was retried"),
    }),
    dependency_bottlenecks: z.object({
      blocking_dependencies: z.int(),
      avg_wait_time: z.number(),
      most_blocked_steps: z.array(z.object({ step_name: z.string(), count: z.int() })),
    }),
  }),
  performance_distribution: z.object({
    percentiles: z
      .object({ p50: z.number().nullable(), p95: z.number().nullable(), p99: z.number().nullable() })
      .describe("Seconds from creation to completion; null: no task is complete"),
    distribution_buckets: z.array(z.object({ range: z.string(), count: z.int(), percentage: z.number() })),
  }),
  recommendations: z.array(z.string()),
  scope: z.object({
    namespace: z.string().nullable(),
    task_name: z.string().nullable(),
    version: z.string().nullable(),
  }),
  analysis_period_hours: z.number(),
  generated_at: Moment,
});

/** Which tasks the bottlenecks are looked for in. */
export const BottleneckQuery = z.strictObject({
  namespace: z.string().min(1).max(64).optional(),
  name: z.string().min(1).max(64).optional(),
  version: z.string().min(1).max(128).optional(),
  period: z.number().gt(0).max(8_784).default(24).describe("Hours before now"),
});
