import { beforeAll, expect, test } from "vitest";
import type { Connection, Database } from "../../../src/database/database.ts";
import {
  InvalidRecordError,
  InvalidTransitionError,
  RecordConflictError,
  RecordNotFoundError,
} from "../../../src/errors/index.ts";
import { TaskTransition, WorkflowStep, WorkflowStepTransition } from "../../../src/models/index.ts";
import type { State } from "../../../src/states/state.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { readRun, seedEdge, seedTask } from "../support/seed-task.ts";

const AT = new Date("2026-03-02T12:00:00Z");
const LATER = new Date("2026-03-03T12:00:00Z");

const trailOf = async (database: Database, stepId: number) =>
  (await WorkflowStepTransition.history(database, stepId)).map((row) => [
    row.sort_key,
    row.from_state,
    row.to_state,
    row.most_recent,
  ]);

describeOnPostgres("moving a step", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
    return () => database.close();
  });
  const move = async (stepId: number, ...states: readonly State[]) => {
    for (const state of states) await WorkflowStepTransition.append(database, stepId, state, {}, AT);
  };

  test("writes rows 10 apart, of which the last is the current one, each with the state before", async () => {
    const { id } = await seedTask(database, "a");
    await move(id("a"), "in_progress", "error", "pending", "in_progress", "complete");
    expect(await trailOf(database, id("a"))).toEqual([
      [10, "pending", "in_progress", false],
      [20, "in_progress", "error", false],
      [30, "error", "pending", false],
      [40, "pending", "in_progress", false],
      [50, "in_progress", "complete", true],
    ]);
    expect(await WorkflowStepTransition.currentState(database, id("a"))).toBe("complete");
  });

  test("gives the row that was written, with its metadata", async () => {
    const { id } = await seedTask(database, "a");
    const row = await WorkflowStepTransition.append(database, id("a"), "in_progress", { by: ["x", 1, null] }, AT);
    expect(row).toEqual({
      id: row.id,
      workflow_step_id: id("a"),
      from_state: "pending",
      to_state: "in_progress",
      metadata: { by: ["x", 1, null] },
      sort_key: 10,
      most_recent: true,
      created_at: AT,
      updated_at: AT,
    });
  });

  test("sets the columns that follow from the state, and no others", async () => {
    const { id } = await seedTask(database, "a, b, c");
    await move(id("a"), "in_progress");
    await WorkflowStep.update(database, id("a"), { backoff_request_seconds: 5, attempts: 1, last_attempted_at: AT });
    expect(await WorkflowStep.find(database, id("a"))).toMatchObject({ in_process: true, processed: false });
    await move(id("a"), "error");
    expect(await WorkflowStep.find(database, id("a"))).toMatchObject({
      in_process: false,
      processed: false,
      processed_at: null,
      attempts: 1,
      backoff_request_seconds: 5,
    });
    await move(id("a"), "pending");
    expect(await WorkflowStep.find(database, id("a"))).toMatchObject({ backoff_request_seconds: null, attempts: 1 });
    await move(id("b"), "in_progress", "complete");
    await move(id("c"), "resolved_manually");
    for (const name of ["b", "c"]) {
      expect(await WorkflowStep.find(database, id(name))).toMatchObject({
        in_process: false,
        processed: true,
        processed_at: AT,
        updated_at: AT,
      });
    }
  });

  test("is refused where the machine has no such move; nothing is written", async () => {
    const { id } = await seedTask(database, "a");
    const refused = WorkflowStepTransition.append(database, id("a"), "complete");
    await expect(refused).rejects.toBeInstanceOf(InvalidTransitionError);
    await expect(refused).rejects.toMatchObject({
      message: `step ${id("a")} cannot move from 'pending' to 'complete', expected in_progress, error, cancelled, resolved_manually`,
      context: { entity: "step", id: id("a"), from: "pending", to: "complete" },
    });
    expect(await trailOf(database, id("a"))).toEqual([]);
    await move(id("a"), "cancelled");
    await expect(move(id("a"), "pending")).rejects.toThrow("from 'cancelled' to 'pending', expected no further state");
  });

  test("to a state that does not exist, with metadata that are no object, or of no step, is refused", async () => {
    const { id } = await seedTask(database, "a");
    await expect(WorkflowStepTransition.append(database, id("a"), "failed" as State)).rejects.toMatchObject({
      violations: [{ field: "to_state", value: '"failed"', rule: expect.stringContaining("one of pending") }],
    });
    const wrong = WorkflowStepTransition.append(database, id("a"), "error", ["x"]);
    await expect(wrong).rejects.toBeInstanceOf(InvalidRecordError);
    await expect(wrong).rejects.toMatchObject({ violations: [{ field: "metadata", rule: "a JSON object" }] });
    await expect(WorkflowStepTransition.append(database, 999, "error")).rejects.toBeInstanceOf(RecordNotFoundError);
    await expect(WorkflowStepTransition.currentState(database, 999)).rejects.toBeInstanceOf(RecordNotFoundError);
    await expect(WorkflowStepTransition.initialize(database, 999)).rejects.toBeInstanceOf(RecordNotFoundError);
  });

  test("to `in_progress` waits for every parent, one or many; the refusal names those that are missing", async () => {
    const { id } = await seedTask(database, "a -> c, b -> c, d");
    await expect(move(id("c"), "in_progress")).rejects.toMatchObject({ context: { unmet: ["a", "b"] } });
    await move(id("a"), "in_progress", "complete");
    await expect(move(id("c"), "in_progress")).rejects.toThrow("before these steps are complete: b");
    expect(await WorkflowStepTransition.canTransitionTo(database, id("c"), "in_progress")).toBe(false);
    await move(id("b"), "resolved_manually");
    expect(await WorkflowStepTransition.canTransitionTo(database, id("c"), "in_progress")).toBe(true);
    await move(id("c"), "in_progress");
    await move(id("d"), "in_progress");
  });

  test.each([
    "pending",
    "in_progress",
    "error",
    "cancelled",
  ] as const)("to `in_progress` is refused while a parent is `%s`", async (state) => {
    const { id } = await seedTask(database, "a -> b");
    if (state !== "pending") await move(id("a"), state);
    await expect(move(id("b"), "in_progress")).rejects.toBeInstanceOf(InvalidTransitionError);
    await move(id("b"), "cancelled");
  });

  test("continues from other writers' keys, and takes an empty stored state for `pending`", async () => {
    const { id } = await seedTask(database, "a");
    await WorkflowStepTransition.create(database, { workflow_step_id: id("a"), to_state: "pending", sort_key: 7 });
    await database.query("update tasker_workflow_step_transitions set to_state = '' where workflow_step_id = $1", [
      id("a"),
    ]);
    await move(id("a"), "in_progress");
    expect((await trailOf(database, id("a"))).at(-1)).toEqual([17, "pending", "in_progress", true]);
  });

  test("a first `pending` is written once, has key 0, and the next move key 10", async () => {
    const { id } = await seedTask(database, "a");
    const first = await Promise.all(
      Array.from({ length: 5 }, () => WorkflowStepTransition.initialize(database, id("a"), AT)),
    );
    expect(first.filter(Boolean)).toHaveLength(1);
    expect(await WorkflowStepTransition.history(database, id("a"))).toMatchObject([
      { sort_key: 0, from_state: null, to_state: "pending", metadata: { initialized_by: "state_machine" } },
    ]);
    await move(id("a"), "in_progress");
    expect((await trailOf(database, id("a"))).at(-1)).toEqual([10, "pending", "in_progress", true]);
    expect(await WorkflowStepTransition.initialize(database, id("a"))).toBe(false);
  });

  test("safely: true if it moved, false if it may not, and everything else is thrown", async () => {
    const { id } = await seedTask(database, "a -> b");
    expect(await WorkflowStepTransition.safeTransitionTo(database, id("a"), "in_progress")).toBe(true);
    expect(await WorkflowStepTransition.safeTransitionTo(database, id("a"), "in_progress")).toBe(false);
    expect(await WorkflowStepTransition.safeTransitionTo(database, id("a"), "pending")).toBe(false);
    expect(await WorkflowStepTransition.safeTransitionTo(database, id("b"), "in_progress")).toBe(false);
    await expect(WorkflowStepTransition.safeTransitionTo(database, 999, "error")).rejects.toBeInstanceOf(
      RecordNotFoundError,
    );
  });

  test("in the caller's transaction goes away with it, and a refusal does not spoil it", async () => {
    const { id } = await seedTask(database, "a");
    const given = database.transaction(async (transaction) => {
      expect(await WorkflowStepTransition.safeTransitionTo(transaction, id("a"), "complete")).toBe(false);
      await WorkflowStepTransition.append(transaction, id("a"), "in_progress");
      throw new Error("rolled back");
    });
    await expect(given).rejects.toThrow("rolled back");
    expect(await trailOf(database, id("a"))).toEqual([]);
  });

  test.each([true, false])("of twenty who make the same move one wins, with a run row: %s", async (withRun) => {
    const task = await seedTask(database, "a", withRun ? { run: { ownerId: 0, wakeAt: AT } } : {});
    const step = task.id("a");
    for (const state of ["in_progress", "error", "pending"] as const) {
      const tries = await Promise.allSettled(
        Array.from({ length: 20 }, () => WorkflowStepTransition.append(database, step, state)),
      );
      expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      for (const attempt of tries) {
        if (attempt.status === "fulfilled") continue;
        const isTyped =
          attempt.reason instanceof InvalidTransitionError || attempt.reason instanceof RecordConflictError;
        expect(isTyped, String(attempt.reason)).toBe(true);
      }
    }
    expect(await trailOf(database, step)).toEqual([
      [10, "pending", "in_progress", false],
      [20, "in_progress", "error", false],
      [30, "error", "pending", true],
    ]);
    if (withRun) expect(await readRun(database, task.taskId)).toMatchObject({ revision: 3 });
  });

  test("of many who make different moves at once, the trail is legal", async () => {
    const { id } = await seedTask(database, "a");
    const states = ["in_progress", "error", "pending", "complete", "resolved_manually"] as const;
    await Promise.allSettled(
      Array.from({ length: 30 }, (_, index) =>
        WorkflowStepTransition.append(database, id("a"), states[index % states.length] ?? "error"),
      ),
    );
    const trail = await trailOf(database, id("a"));
    let before = "pending";
    for (const [index, [key, from, to, current]] of trail.entries()) {
      expect([key, from, current]).toEqual([(index + 1) * 10, before, index === trail.length - 1]);
      before = String(to);
    }
    expect(trail.length).toBeGreaterThan(0);
  });

  test("who comes second while the reference moves it is told so, and nothing of it is written", async () => {
    const { id } = await seedTask(database, "a");
    // the reference takes no lock that we share: its row is not there yet when we look, and there when we write
    const reference = await openReference(database, id("a"));
    const ours = WorkflowStepTransition.append(database, id("a"), "cancelled");
    const refused = expect(ours).rejects.toBeInstanceOf(RecordConflictError);
    await waitUntilBlocked(database);
    await reference.commit();
    await refused;
    expect(await trailOf(database, id("a"))).toEqual([[10, null, "in_progress", true]]);
  });

  test("waits for what the owner of the run has under way, and decides by what it has written", async () => {
    const task = await seedTask(database, "a", { run: { ownerId: 7, wakeAt: AT } });
    await move(task.id("a"), "in_progress");
    const owner = await openOwner(database, task.taskId, task.id("a"));
    const ours = WorkflowStepTransition.append(database, task.id("a"), "error");
    const refused = expect(ours).rejects.toBeInstanceOf(InvalidTransitionError);
    await waitUntilBlocked(database);
    await owner.commit();
    await refused;
  });

  test("holds up nobody who only refers to the step or its task", async () => {
    const task = await seedTask(database, "a, b", { run: { ownerId: 7, wakeAt: AT } });
    await database.transaction(async (transaction) => {
      await WorkflowStepTransition.append(transaction, task.id("a"), "in_progress");
      await TaskTransition.append(transaction, task.taskId, "in_progress");
      await database.transaction(async (other) => {
        await other.execute("set local lock_timeout = '2s'");
        await seedEdge(other, task.id("a"), task.id("b"));
        await other.query(
          `insert into tasker_workflow_steps (task_id, named_step_id, created_at, updated_at)
           select task_id, named_step_id, created_at, updated_at from tasker_workflow_steps where workflow_step_id = $1`,
          [task.id("b")],
        );
      });
    });
  });

  test("raises the revision of the run, and wakes a live one that nobody owns", async () => {
    const sleeping = await seedTask(database, "a", { run: { ownerId: 0, wakeAt: LATER } });
    const owned = await seedTask(database, "a", { run: { ownerId: 7, wakeAt: LATER } });
    const over = await seedTask(database, "a", { run: { ownerId: 0, wakeAt: null } });
    for (const task of [sleeping, owned, over]) await move(task.id("a"), "in_progress");
    expect(await readRun(database, sleeping.taskId)).toEqual({ revision: 1, owner_id: 0, wake_at: AT });
    expect(await readRun(database, owned.taskId)).toEqual({ revision: 1, owner_id: 7, wake_at: LATER });
    expect(await readRun(database, over.taskId)).toEqual({ revision: 1, owner_id: 0, wake_at: null });
  });
});

describeOnPostgres("moving a task", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
    return () => database.close();
  });
  const move = async (taskId: number, ...states: readonly State[]) => {
    for (const state of states) await TaskTransition.append(database, taskId, state, {}, AT);
  };
  const isMarked = async (taskId: number) =>
    (await database.query("select complete from tasker_tasks where task_id = $1", [taskId]))[0]?.complete;

  test("follows the machine of tasks, which has a way back from `in_progress` and out of `complete`", async () => {
    const { taskId } = await seedTask(database, "a");
    await expect(move(taskId, "complete")).rejects.toBeInstanceOf(InvalidTransitionError);
    await move(taskId, "in_progress", "pending", "in_progress", "error");
    await expect(move(taskId, "complete")).rejects.toBeInstanceOf(InvalidTransitionError);
    await move(taskId, "resolved_manually", "cancelled");
    expect(await TaskTransition.history(database, taskId)).toMatchObject(
      ["in_progress", "pending", "in_progress", "error", "resolved_manually", "cancelled"].map((to_state, index) => ({
        to_state,
        sort_key: (index + 1) * 10,
      })),
    );
    expect(await TaskTransition.currentState(database, taskId)).toBe("cancelled");
  });

  test("to `complete` waits for all steps, and marks the task", async () => {
    const { taskId, id } = await seedTask(database, "a -> b");
    await move(taskId, "in_progress");
    await expect(move(taskId, "complete")).rejects.toMatchObject({
      context: { entity: "task", id: taskId, unmet: ["a", "b"] },
    });
    await WorkflowStepTransition.append(database, id("a"), "resolved_manually");
    await expect(move(taskId, "complete")).rejects.toMatchObject({ context: { unmet: ["b"] } });
    expect(await TaskTransition.safeTransitionTo(database, taskId, "complete")).toBe(false);
    expect(await isMarked(taskId)).toBe(false);
    await WorkflowStepTransition.append(database, id("b"), "resolved_manually");
    expect(await TaskTransition.canTransitionTo(database, taskId, "complete")).toBe(true);
    await move(taskId, "complete");
    expect(await isMarked(taskId)).toBe(true);
    await expect(move(taskId, "in_progress")).rejects.toThrow("expected cancelled");
    await move(taskId, "cancelled");
    expect(await isMarked(taskId)).toBe(false);
  });

  test("without steps may complete", async () => {
    const { taskId } = await seedTask(database, "a");
    await database.query("delete from tasker_workflow_steps where task_id = $1", [taskId]);
    await move(taskId, "in_progress", "complete");
  });

  test("a run that nobody owns wants to be claimed while its task is live, and not afterwards", async () => {
    const task = await seedTask(database, "a", { run: { ownerId: 0, wakeAt: LATER } });
    await move(task.taskId, "in_progress");
    expect(await readRun(database, task.taskId)).toEqual({ revision: 1, owner_id: 0, wake_at: AT });
    await move(task.taskId, "error");
    expect(await readRun(database, task.taskId)).toEqual({ revision: 2, owner_id: 0, wake_at: null });
    await move(task.taskId, "pending");
    expect(await readRun(database, task.taskId)).toEqual({ revision: 3, owner_id: 0, wake_at: AT });
    await move(task.taskId, "cancelled");
    expect(await readRun(database, task.taskId)).toEqual({ revision: 4, owner_id: 0, wake_at: null });
  });

  test("that an engine owns is left to it; the revision tells it", async () => {
    const task = await seedTask(database, "a", { run: { ownerId: 7, wakeAt: LATER } });
    await move(task.taskId, "cancelled");
    expect(await readRun(database, task.taskId)).toEqual({ revision: 1, owner_id: 7, wake_at: LATER });
  });

  test("of twenty who make the same move one wins", async () => {
    const { taskId } = await seedTask(database, "a");
    const tries = await Promise.allSettled(
      Array.from({ length: 20 }, () => TaskTransition.append(database, taskId, "in_progress")),
    );
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await TaskTransition.history(database, taskId)).toMatchObject([{ sort_key: 10, most_recent: true }]);
    const first = await Promise.all(Array.from({ length: 3 }, () => TaskTransition.initialize(database, taskId)));
    expect(first).toEqual([false, false, false]);
  });

  test("the states of many tasks and steps are read with one query each", async () => {
    const one = await seedTask(database, "a -> b");
    const two = await seedTask(database, "a");
    await move(two.taskId, "in_progress");
    await WorkflowStepTransition.append(database, one.id("a"), "in_progress");
    expect(await TaskTransition.loadCurrentStates(database, [one.taskId, two.taskId, 999])).toEqual(
      new Map([
        [one.taskId, "pending"],
        [two.taskId, "in_progress"],
      ]),
    );
    expect(await WorkflowStepTransition.loadCurrentStates(database, [one.id("a"), one.id("b")])).toEqual(
      new Map([
        [one.id("a"), "in_progress"],
        [one.id("b"), "pending"],
      ]),
    );
    expect(await TaskTransition.initialize(database, one.taskId)).toBe(true);
  });
});

/** A transaction that has written and stays open until `commit`. */
async function openWriter(database: Database, write: (transaction: Connection) => Promise<unknown>) {
  const mayCommit = Promise.withResolvers<void>();
  const written = Promise.withResolvers<void>();
  const done = database.transaction(async (transaction) => {
    await write(transaction);
    written.resolve();
    await mayCommit.promise;
  });
  await written.promise;
  return {
    commit: () => {
      mayCommit.resolve();
      return done;
    },
  };
}

/** A first move as the reference writes it: it takes no lock that we share. */
function openReference(database: Database, stepId: number) {
  return openWriter(database, (transaction) =>
    transaction.query(
      `insert into tasker_workflow_step_transitions (workflow_step_id, to_state, sort_key, created_at, updated_at)
       values ($1, 'in_progress', 10, $2, $2)`,
      [stepId, AT],
    ),
  );
}

/** A commit of an engine that owns the task: the run row is locked before the step is completed. */
function openOwner(database: Database, taskId: number, stepId: number) {
  return openWriter(database, async (transaction) => {
    await transaction.query("select from tasker_task_runs where task_id = $1 for no key update", [taskId]);
    await transaction.query(
      "update tasker_workflow_step_transitions set most_recent = false where workflow_step_id = $1",
      [stepId],
    );
    await transaction.query(
      `insert into tasker_workflow_step_transitions (workflow_step_id, to_state, sort_key, created_at, updated_at)
       values ($1, 'complete', 20, $2, $2)`,
      [stepId, AT],
    );
  });
}

/** Resolves when somebody waits for a lock in this database. */
async function waitUntilBlocked(database: Database): Promise<void> {
  for (;;) {
    const waiting = await database.query(
      `select from pg_locks l join pg_stat_activity a on a.pid = l.pid
       where a.datname = current_database() and not l.granted`,
    );
    if (waiting.length > 0) return;
  }
}
