import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import * as StepReadinessStatus from "../../src/models/step-readiness-status/step-readiness-status.ts";
import { exampleContent } from "../sql-functions/example-content.ts";
import { withContent } from "../sql-functions/store-content.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const NOW = new Date("2026-03-01T12:00:00.000Z");

const FRESH: StepReadinessStatus.StepReadinessRow = {
  workflow_step_id: 1,
  task_id: 1,
  named_step_id: 1,
  name: "charge",
  current_state: "pending",
  dependencies_satisfied: true,
  retry_eligible: true,
  ready_for_execution: true,
  last_failure_at: null,
  next_retry_at: null,
  total_parents: 0,
  completed_parents: 0,
  attempts: 0,
  retry_limit: 3,
  backoff_request_seconds: null,
  last_attempted_at: null,
};

/** A step that cannot start. */
const blocked = (columns: Partial<StepReadinessStatus.StepReadinessRow>) => ({
  ...FRESH,
  ready_for_execution: false,
  ...columns,
});
const inMs = (ms: number) => new Date(NOW.getTime() + ms);

describe("of one step", () => {
  test("canExecuteNow is what the function answers", () => {
    expect(StepReadinessStatus.canExecuteNow(FRESH)).toBe(true);
    expect(StepReadinessStatus.canExecuteNow(blocked({}))).toBe(false);
  });

  test.each([
    [null, FRESH],
    ["dependencies_not_satisfied", blocked({ dependencies_satisfied: false, retry_eligible: false })],
    ["retry_not_eligible", blocked({ retry_eligible: false, current_state: "complete" })],
    ["invalid_state", blocked({ current_state: "complete" })],
    ["invalid_state", blocked({ current_state: "bogus" })],
    ["unknown", blocked({ current_state: "error" })],
    ["unknown", blocked({})],
  ])("blockingReason is %s", (reason, row) => {
    expect(StepReadinessStatus.blockingReason(row)).toBe(reason);
  });

  test.each([
    [0, FRESH],
    [0, { ...FRESH, next_retry_at: inMs(60_000) }],
    [null, blocked({})],
    [0, blocked({ next_retry_at: inMs(999) })],
    [1, blocked({ next_retry_at: inMs(1_999) })],
    [60, blocked({ next_retry_at: inMs(60_000) })],
    [0, blocked({ next_retry_at: inMs(-60_000) })],
  ])("timeUntilReady is %s whole seconds", (seconds, row) => {
    expect(StepReadinessStatus.timeUntilReady(row, NOW)).toBe(seconds);
  });

  test.each([
    ["no_dependencies", FRESH],
    ["all_satisfied", { ...FRESH, total_parents: 2, completed_parents: 2 }],
    ["1/2_satisfied", blocked({ dependencies_satisfied: false, total_parents: 2, completed_parents: 1 })],
  ])("dependencyStatus is %s", (status, row) => {
    expect(StepReadinessStatus.dependencyStatus(row)).toBe(status);
  });

  test.each([
    ["retry_eligible", FRESH],
    ["max_retries_reached", blocked({ attempts: 3, retry_eligible: false })],
    ["max_retries_reached", blocked({ attempts: 0, retry_limit: 0, retry_eligible: false })],
    ["waiting_for_backoff", blocked({ retry_eligible: false })],
  ])("retryStatus is %s", (status, row) => {
    expect(StepReadinessStatus.retryStatus(row)).toBe(status);
  });

  test.each([
    ["no_backoff", FRESH],
    ["no_backoff", { ...FRESH, backoff_request_seconds: 5 }],
    ["exponential_backoff", blocked({ last_failure_at: NOW })],
    ["exponential_backoff", blocked({ last_failure_at: NOW, backoff_request_seconds: 5 })],
    ["explicit_backoff", blocked({ last_failure_at: NOW, backoff_request_seconds: 0, last_attempted_at: NOW })],
  ])("backoffType is %s", (type, row) => {
    expect(StepReadinessStatus.backoffType(row)).toBe(type);
  });

  test.each([
    [0, FRESH],
    [0, { ...FRESH, attempts: -1 }],
    [2, { ...FRESH, attempts: 1 }],
    [16, { ...FRESH, attempts: 4 }],
    [30, { ...FRESH, attempts: 5 }],
    [30, { ...FRESH, attempts: 2147483647 }],
    [7, { ...FRESH, attempts: 5, backoff_request_seconds: 7 }],
    [0, { ...FRESH, attempts: 5, backoff_request_seconds: 0 }],
  ])("effectiveBackoffSeconds is %i", (seconds, row) => {
    expect(StepReadinessStatus.effectiveBackoffSeconds(row)).toBe(seconds);
  });

  test("toObject adds all of it to the columns", () => {
    const row = blocked({ current_state: "error", attempts: 2, last_failure_at: NOW, next_retry_at: inMs(4_000) });
    expect(StepReadinessStatus.toObject(row, NOW)).toEqual({
      ...row,
      detailed_status: {
        ready: false,
        current_state: "error",
        dependencies: "no_dependencies",
        retry: "retry_eligible",
        blocking_reason: "unknown",
        time_until_ready: 4,
        backoff_type: "exponential_backoff",
        effective_backoff_seconds: 4,
      },
    });
  });
});

describeOnPostgres("of tasks", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  /** A step in each state, of task 1, and two of task 2. */
  const CONTENT = exampleContent(
    [
      { states: ["complete"] },
      { states: ["resolved_manually"] },
      {},
      { states: ["in_progress"] },
      { states: ["error"], attempts: 3 },
      { states: ["cancelled"] },
      { states: ["bogus"] },
      { task_id: 2, states: ["complete"] },
      { task_id: 2, states: ["resolved_manually"] },
    ],
    [
      [1, 3],
      [5, 6],
    ],
    [{}, {}, {}],
  );
  const idsOf = (rows: readonly StepReadinessStatus.StepReadinessRow[]) => rows.map((row) => row.workflow_step_id);

  test("the rows are those of the function, by step", async () => {
    await withContent(database, exampleContent([{ attempts: null, retry_limit: null }]), async (connection) => {
      expect(await StepReadinessStatus.forTask(connection, 1)).toEqual([FRESH]);
    });
    await withContent(database, CONTENT, async (connection) => {
      expect(idsOf(await StepReadinessStatus.forTask(connection, 1))).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect(idsOf(await StepReadinessStatus.forSteps(connection, 1, [5, 3, 8]))).toEqual([3, 5]);
      expect(idsOf(await StepReadinessStatus.forSteps(connection, 1, []))).toEqual([]);
      expect(idsOf(await StepReadinessStatus.forTasks(connection, [2, 1]))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    });
  });

  test("no tasks are no query", async () => {
    const closed = await openTestDatabase();
    await closed.close();
    expect(await StepReadinessStatus.forTasks(closed, [])).toEqual([]);
  });

  test.each([
    ["readyForTask", StepReadinessStatus.readyForTask, [3]],
    ["blockedByDependenciesForTask", StepReadinessStatus.blockedByDependenciesForTask, [6]],
    ["blockedByRetryForTask", StepReadinessStatus.blockedByRetryForTask, [5]],
    ["pendingForTask", StepReadinessStatus.pendingForTask, [3]],
    ["failedForTask", StepReadinessStatus.failedForTask, [5]],
    ["inProgressForTask", StepReadinessStatus.inProgressForTask, [4]],
    ["completeForTask", StepReadinessStatus.completeForTask, [1, 2]],
  ] as const)("%s keeps those it is named after", async (_name, read, ids) => {
    await withContent(database, CONTENT, async (connection) => {
      expect(idsOf(await read(connection, 1))).toEqual(ids);
    });
  });

  test("all steps are complete, or not, or there are none", async () => {
    await withContent(database, CONTENT, async (connection) => {
      expect(await StepReadinessStatus.allStepsCompleteForTask(connection, 1)).toBe(false);
      expect(await StepReadinessStatus.allStepsCompleteForTask(connection, 2)).toBe(true);
      expect(await StepReadinessStatus.allStepsCompleteForTask(connection, 3)).toBe(true);
    });
  });
});
