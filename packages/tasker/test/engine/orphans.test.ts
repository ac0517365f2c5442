import { expect, onTestFinished, test } from "vitest";
import { openPostgres } from "../../src/database/postgres.ts";
import { checkOrphans } from "../../src/engine/find-orphans.ts";
import { graphTemplate, makeEngine, startEngine, until } from "../support/engine-harness.ts";
import { createTestDatabase, describeOnPostgres } from "../support/test-database.ts";

describeOnPostgres("the health check for orphans", () => {
  test("names a task that is due and of which no living process has the template", async () => {
    const { url, drop } = await createTestDatabase();
    const database = await openPostgres(url);
    onTestFinished(() => database.close().then(drop));
    const submitter = makeEngine(database, [graphTemplate("a -> b")]);
    const { taskId } = await submitter.engine.submit({ name: "graph", context: {} });

    // Nobody works at all: that is not this task's trouble.
    expect(await checkOrphans(database, 0)).toEqual({ healthy: true, orphans: 0, found: [] });

    await startEngine(database, []);
    const found = { taskId, state: "pending", reason: "nobody_capable" };
    expect(await checkOrphans(database, 0)).toEqual({ healthy: false, orphans: 1, found: [found] });

    await startEngine(database, [graphTemplate("a -> b")]);
    await until(async () => (await checkOrphans(database, 0)).healthy, "the task to be taken care of");
  });
});
