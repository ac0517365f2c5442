import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import * as TaskExecutionContext from "../../src/models/task-execution-context/task-execution-context.ts";
import {
  EXECUTION_STATUSES,
  type ExecutionStatus,
  HEALTH_STATUSES,
  type HealthStatus,
  RECOMMENDED_ACTIONS,
} from "../../src/states/execution-status.ts";
import { exampleContent } from "../sql-functions/example-content.ts";
import { withContent } from "../sql-functions/store-content.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const CONTEXT: TaskExecutionContext.TaskExecutionContextRow = {
  task_id: 1,
  named_task_id: 1,
  status: "in_progress",
  total_steps: 9,
  pending_steps: 4,
  in_progress_steps: 1,
  completed_steps: 3,
  failed_steps: 2,
  ready_steps: 5,
  execution_status: "has_ready_steps",
  recommended_action: "execute_ready_steps",
  completion_percentage: 33.33,
  health_status: "recovering",
};

describe("of one task", () => {
  const { hasWorkToDo, isBlocked, isComplete, shouldReenqueue, needsImmediateAction } = TaskExecutionContext;

  test.each<[ExecutionStatus, object[]]>([
    ["has_ready_steps", [hasWorkToDo, needsImmediateAction]],
    ["processing", [hasWorkToDo, shouldReenqueue]],
    ["blocked_by_failures", [isBlocked]],
    ["all_complete", [isComplete]],
    ["waiting_for_dependencies", [shouldReenqueue]],
  ])("%s answers the questions about it", (execution_status, yes) => {
    for (const question of [hasWorkToDo, isBlocked, isComplete, shouldReenqueue, needsImmediateAction]) {
      expect(question({ ...CONTEXT, execution_status }), question.name).toBe(yes.includes(question));
    }
  });

  test.each<[HealthStatus, boolean, boolean]>([
    ["healthy", true, false],
    ["recovering", false, false],
    ["blocked", false, true],
    ["unknown", false, false],
  ])("%s is healthy: %s, needs intervention: %s", (health_status, healthy, intervention) => {
    expect(TaskExecutionContext.isHealthy({ ...CONTEXT, health_status })).toBe(healthy);
    expect(TaskExecutionContext.needsIntervention({ ...CONTEXT, health_status })).toBe(intervention);
  });

  test("a ready step makes progress possible", () => {
    expect(TaskExecutionContext.canMakeProgress(CONTEXT)).toBe(true);
    expect(TaskExecutionContext.canMakeProgress({ ...CONTEXT, ready_steps: 0 })).toBe(false);
  });

  test("the summary has the counts under shorter names", () => {
    expect(TaskExecutionContext.workflowSummary(CONTEXT)).toEqual({
      total_steps: 9,
      completed: 3,
      pending: 4,
      in_progress: 1,
      failed: 2,
      ready: 5,
      completion_percentage: 33.33,
      status: "has_ready_steps",
      health: "recovering",
      recommended_action: "execute_ready_steps",
      progress_details: {
        completed_ratio: "3/9",
        completion_percentage: "33.33%",
        remaining_steps: 6,
        failed_steps: 2,
        ready_steps: 5,
      },
    });
  });

  test.each([
    [0, "0.0%"],
    [25, "25.0%"],
    [12.5, "12.5%"],
    [66.67, "66.67%"],
    [100, "100.0%"],
  ])("%d percent are written as %s", (completion_percentage, written) => {
    const details = TaskExecutionContext.progressDetails({ ...CONTEXT, completion_percentage });
    expect(details.completion_percentage).toBe(written);
  });

  test.each([
    ["execute_ready_steps", "high", true, "5 steps can start"],
    ["wait_for_completion", "low", false, "1 step in progress"],
    ["handle_failures", "critical", false, "2 steps failed"],
    ["finalize_task", "medium", true, "All steps are done"],
    ["wait_for_dependencies", "low", false, "Waiting for the dependencies"],
  ] as const)("%s is urgent: %s", (recommended_action, urgency, can_proceed, description) => {
    expect(TaskExecutionContext.nextActionDetails({ ...CONTEXT, recommended_action })).toEqual({
      action: recommended_action,
      urgency,
      can_proceed,
      description: expect.stringContaining(description),
    });
  });
});

describeOnPostgres("read from the database", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  test("is a row with the percentage as a number, or undefined for a task that does not exist", async () => {
    const content = exampleContent([{ states: ["complete"] }, {}, {}]);
    await withContent(database, content, async (connection) => {
      expect(await TaskExecutionContext.find(connection, 1)).toEqual({
        task_id: 1,
        named_task_id: 1,
        status: "pending",
        total_steps: 3,
        pending_steps: 2,
        in_progress_steps: 0,
        completed_steps: 1,
        failed_steps: 0,
        ready_steps: 2,
        execution_status: "has_ready_steps",
        recommended_action: "execute_ready_steps",
        completion_percentage: 33.33,
        health_status: "healthy",
      });
      expect(await TaskExecutionContext.find(connection, 9)).toBeUndefined();
    });
  });

  test("comes for several tasks in the order of their ids", async () => {
    await withContent(database, exampleContent([{}], [], [{}, {}]), async (connection) => {
      const rows = await TaskExecutionContext.forTasks(connection, [2, 9, 1]);
      expect(rows.map((row) => [row.task_id, row.total_steps])).toEqual([
        [1, 1],
        [2, 0],
      ]);
    });
  });

  test("no tasks are no query", async () => {
    const closed = await openTestDatabase();
    await closed.close();
    expect(await TaskExecutionContext.forTasks(closed, [])).toEqual([]);
  });

  test("its statuses and actions are of the known ones, which go together by their order", async () => {
    const error = { states: ["error"], attempts: 3 };
    const steps = [
      [{}],
      [{ states: ["in_progress"] }],
      [error],
      [{ states: ["complete"] }],
      [{ states: ["cancelled"] }],
    ];
    const content = exampleContent(
      steps.flatMap((own, index) => own.map((step) => ({ ...step, task_id: index + 1 }))),
      [],
      steps.map(() => ({})),
    );
    await withContent(database, content, async (connection) => {
      const rows = await TaskExecutionContext.forTasks(connection, [1, 2, 3, 4, 5]);
      expect(rows.map((row) => row.execution_status)).toEqual(EXECUTION_STATUSES);
      expect(rows.map((row) => row.recommended_action)).toEqual(RECOMMENDED_ACTIONS);
      for (const row of rows) expect(HEALTH_STATUSES).toContain(row.health_status);
    });
  });
});
