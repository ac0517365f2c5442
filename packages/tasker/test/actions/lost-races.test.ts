import { expect, test } from "vitest";
import { TaskActions } from "../../src/actions/task-actions.ts";
import type { Database } from "../../src/database/database.ts";
import { DatabaseStatementError } from "../../src/errors/index.ts";
import { graphTemplate, makeEngine, useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const note = { actor: "ada", reason: "a test" };

/** The same database, whose actions lose against other transactions a number of times. */
function losing(database: Database, sqlstate: string, times: number): Database {
  let left = times;
  return {
    ...database,
    run: (statement, parameters) => {
      if (!statement.name.startsWith("act_on") || left === 0) return database.run(statement, parameters);
      left -= 1;
      return Promise.reject(new DatabaseStatementError("lost", { context: { sqlstate, statement: statement.name } }));
    },
  };
}

describeOnPostgres("an action that lost against another transaction", () => {
  test.each(["40P01", "40001"])("%s: is done again, five times at most", async (sqlstate) => {
    const database = await useDatabase(openTestDatabase);
    const { engine } = makeEngine(database, [graphTemplate("a")]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    const lucky = new TaskActions({ database: losing(database, sqlstate, 4) });
    expect(await lucky.pauseTask(taskId, note)).toMatchObject({ outcome: "done" });
    const unlucky = new TaskActions({ database: losing(database, sqlstate, 5) });
    await expect(unlucky.resumeTask(taskId, note)).rejects.toHaveProperty("context.sqlstate", sqlstate);
  });

  test("inside a transaction of the caller's is the caller's to repeat", async () => {
    const database = await useDatabase(openTestDatabase);
    const { engine } = makeEngine(database, [graphTemplate("a")]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await database.transaction(async (transaction) => {
      const { run } = losing(database, "40P01", 1);
      const connection = { run, execute: transaction.execute, query: transaction.query };
      const actions = new TaskActions({ database: connection });
      await expect(actions.pauseTask(taskId, note)).rejects.toHaveProperty("context.sqlstate", "40P01");
    });
  });
});
