import { describe, expect, test } from "vitest";
import * as tasker from "../../src/index.ts";
import {
  ACTIONS,
  RESOURCES,
  TaskExecution,
  TaskFinalization,
  TaskStatuses,
  WorkflowStepStatuses,
} from "../../src/index.ts";
import * as models from "../../src/models/index.ts";
import { DURATION_BUCKETS, LOG_LEVELS } from "../../src/telemetry/index.ts";

const words = (text: string) => text.split(/,\s*/);

/** A member for each word, under the word in capitals. */
const membersOf = (text: string) => Object.fromEntries(words(text).map((word) => [word.toUpperCase(), word]));

describe("the constants of the reference", () => {
  test("have a member for each value of a state", () => {
    const states = membersOf("pending, in_progress, error, complete, resolved_manually, cancelled");
    expect(WorkflowStepStatuses).toEqual(states);
    expect(TaskStatuses).toEqual(states);
    expect(TaskExecution).toEqual({
      ExecutionStatus: membersOf(
        "has_ready_steps, processing, blocked_by_failures, all_complete, waiting_for_dependencies",
      ),
      RecommendedAction: membersOf(
        "execute_ready_steps, wait_for_completion, handle_failures, finalize_task, wait_for_dependencies",
      ),
      HealthStatus: membersOf("healthy, recovering, blocked, unknown"),
    });
    expect(Object.isFrozen(TaskStatuses)).toBe(true);
  });

  test("have the names of things that get none", () => {
    expect([tasker.UNKNOWN, models.TaskNamespace.DEFAULT_NAMESPACE, models.NamedTask.DEFAULT_VERSION]).toEqual([
      "unknown",
      "default",
      "0.1.0",
    ]);
    expect(models.WorkflowStepEdge.PROVIDES_EDGE_NAME).toBe("provides");
    expect(tasker.VERSION).toBe("0.1.0");
  });

  test.each([
    [tasker.VALID_WORKFLOW_STEP_STATUSES, "pending, in_progress, error, complete, cancelled, resolved_manually"],
    [tasker.UNREADY_WORKFLOW_STEP_STATUSES, "in_progress, complete, cancelled, resolved_manually"],
    [tasker.VALID_TASK_STATUSES, "pending, in_progress, error, complete, cancelled, resolved_manually"],
    [tasker.VALID_STEP_COMPLETION_STATES, "complete, resolved_manually, cancelled"],
    [tasker.VALID_STEP_STILL_WORKING_STATES, "pending, in_progress"],
    [
      tasker.VALID_TASK_EXECUTION_STATUSES,
      "has_ready_steps, processing, blocked_by_failures, all_complete, waiting_for_dependencies",
    ],
    [
      tasker.VALID_TASK_RECOMMENDED_ACTIONS,
      "execute_ready_steps, wait_for_completion, handle_failures, finalize_task, wait_for_dependencies",
    ],
    [tasker.VALID_TASK_HEALTH_STATUSES, "healthy, recovering, blocked, unknown"],
    [tasker.ACTIONABLE_TASK_EXECUTION_STATUSES, "has_ready_steps"],
    [tasker.REENQUEUE_TASK_EXECUTION_STATUSES, "processing, waiting_for_dependencies"],
    [tasker.INTERVENTION_TASK_EXECUTION_STATUSES, "blocked_by_failures"],
    [
      tasker.VALID_TASK_REENQUEUE_REASONS,
      "context_unavailable, steps_in_progress, awaiting_dependencies, ready_steps_available, continuing_workflow, pending_steps_remaining, retry_backoff",
    ],
    [
      tasker.VALID_TASK_PENDING_REASONS,
      "context_unavailable, waiting_for_step_completion, waiting_for_dependencies, ready_for_processing, workflow_paused",
    ],
    [tasker.COORDINATION_STRATEGIES, "distributed_atomic, distributed_basic, local_only"],
    [tasker.TASK_REQUEST_ATTRIBUTES, "name, context, initiator, reason, source_system"],
    [tasker.TASK_UPDATE_FIELDS, "reason, tags"],
    [tasker.STEP_UPDATE_FIELDS, "retry_limit, inputs"],
  ])("%s are %s, in this order", (list, values) => expect(list).toEqual(words(values)));

  test("have the reasons for which a task ends or goes on", () => {
    expect(TaskFinalization).toEqual({
      ErrorMessages: { STEPS_IN_ERROR_STATE: "steps_in_error_state" },
      ReenqueueReasons: membersOf(tasker.VALID_TASK_REENQUEUE_REASONS.join(", ")),
      PendingReasons: membersOf(tasker.VALID_TASK_PENDING_REASONS.join(", ")),
    });
  });

  test.each([
    [null, "context_unavailable", "context_unavailable"],
    ["has_ready_steps", "ready_for_processing", "ready_steps_available"],
    ["waiting_for_dependencies", "waiting_for_dependencies", "awaiting_dependencies"],
    ["processing", "waiting_for_step_completion", "steps_in_progress"],
    ["all_complete", "workflow_paused", "continuing_workflow"],
    ["blocked_by_failures", "workflow_paused", "continuing_workflow"],
  ] as const)("of a task that is %s the reasons are %s and %s", (status, pending, reenqueue) => {
    expect([tasker.pendingReason(status), tasker.reenqueueReason(status)]).toEqual([pending, reenqueue]);
  });

  test("have fixed figures", () => {
    expect(tasker.CACHE_KEY_PREFIXES).toEqual({
      performance: "tasker:cache_perf",
      dashboard: "tasker:dashboard",
      workflow: "tasker:workflow",
    });
    expect([tasker.PERFORMANCE_RETENTION_SECONDS, tasker.COORDINATION_RETRY_ATTEMPTS]).toEqual([3_600, 3]);
    expect(tasker.COORDINATION_TIMEOUT_SECONDS).toEqual({
      distributed_atomic: 5,
      distributed_basic: 10,
      local_only: 1,
    });
    expect(tasker.HEALTH_STATUS_CACHE_KEY).toBe("tasker:health:status");
    expect([tasker.CORRELATION_ID_PREFIX, tasker.CORRELATION_ID_SUFFIX_LENGTH]).toEqual(["tsk", 6]);
    expect(LOG_LEVELS).toEqual(["debug", "info", "warn", "error", "fatal"]);
    expect(DURATION_BUCKETS).toEqual([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]);
    expect(tasker.POOL_PRESSURE_LIMITS).toEqual({ low: 0.5, moderate: 0.7, high: 0.85 });
    expect(tasker.MAX_SAFE_CONNECTION_PERCENTAGE).toBe(0.6);
    expect(tasker.REFERENCE_BATCHES).toEqual({
      future_cleanup_wait_seconds: 1,
      gc_trigger_batch_size_threshold: 6,
      gc_trigger_duration_threshold: 30,
      emergency_fallback_concurrency: 3,
    });
  });

  test("name resources and actions", () => {
    expect(Object.values(RESOURCES)).toEqual([
      "tasker.task",
      "tasker.workflow_step",
      "tasker.health_status",
      "tasker.handler",
      "tasker.metrics",
      "tasker.analytics",
    ]);
    expect(ACTIONS).toEqual(membersOf("index, show, create, update, destroy, retry, cancel"));
  });
});
