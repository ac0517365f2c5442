import { beforeAll, expect, test } from "vitest";
import type { Connection, Database } from "../../../src/database/database.ts";
import { InvalidTransitionError, RecordConflictError } from "../../../src/errors/index.ts";
import { TaskTransition, WorkflowStepTransition } from "../../../src/models/index.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { seedTask } from "../support/seed-task.ts";
import { untilBlocked } from "../until-blocked.ts";

const KINDS = [
  { model: TaskTransition, table: "tasker_task_transitions", key: "task_id" },
  { model: WorkflowStepTransition, table: "tasker_workflow_step_transitions", key: "workflow_step_id" },
] as const;

describeOnPostgres.each(KINDS)("a move in $table that cannot be written", ({ model, table, key }) => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
    return () => database.close();
  });
  const seed = async () => {
    const { taskId, id } = await seedTask(database, "a");
    return key === "task_id" ? taskId : id("a");
  };
  const insert = (connection: Connection, id: number, state: string, sortKey: number, current: boolean) =>
    connection.query(
      `insert into ${table} (${key}, to_state, sort_key, most_recent, created_at, updated_at)
       values ($1, $2, $3, $4, '2026-03-01 12:00:00.123456', '2026-03-01 12:00:00.123456')`,
      [id, state, sortKey, current],
    );
  const trail = (id: number) =>
    database.query(
      `select to_state, sort_key, most_recent, updated_at::text from ${table} where ${key} = $1 order by sort_key`,
      [id],
    );

  test("is refused where no sort key is left", async () => {
    const id = await seed();
    await insert(database, id, "in_progress", 2 ** 31 - 10, true);
    await database.transaction(async (transaction) => {
      const refused = model.append(transaction, id, "error");
      await expect(refused).rejects.toBeInstanceOf(InvalidTransitionError);
      await expect(refused).rejects.toMatchObject({ context: { field: "sort_key", value: 2 ** 31 - 10 } });
      expect(await model.canTransitionTo(transaction, id, "error")).toBe(false);
      expect(await model.safeTransitionTo(transaction, id, "error")).toBe(false);
    });
    expect(await trail(id)).toMatchObject([{ most_recent: true }]);
    const other = await seed();
    await insert(database, other, "in_progress", 2 ** 31 - 11, true);
    expect(await model.append(database, other, "error")).toMatchObject({ sort_key: 2 ** 31 - 1 });
  });

  test("because of a row with its sort key leaves the current transition as it was, in a transaction that goes on", async () => {
    const id = await seed();
    await insert(database, id, "in_progress", 10, true);
    const before = await trail(id);
    const mayCommit = Promise.withResolvers<void>();
    const written = Promise.withResolvers<void>();
    const other = database.transaction(async (transaction) => {
      await insert(transaction, id, "pending", 20, false);
      written.resolve();
      await mayCommit.promise;
    });
    await written.promise;
    const ours = database.transaction(async (transaction) => {
      await expect(model.append(transaction, id, "error")).rejects.toBeInstanceOf(RecordConflictError);
      await transaction.query("select 1");
    });
    await untilBlocked(database, ours);
    mayCommit.resolve();
    await Promise.all([other, ours]);
    expect(await trail(id)).toEqual([...before, expect.objectContaining({ to_state: "pending", most_recent: false })]);
    expect(await model.append(database, id, "error")).toMatchObject({ from_state: "in_progress", sort_key: 30 });
  });
});
