import { expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import {
  graphTemplate,
  makeGate,
  readState,
  readStep,
  startEngine,
  until,
  useDatabase,
} from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const note = { actor: "ada", reason: "asked for" };

describeOnPostgres("an action at the same moment as a commit of the owner", () => {
  test("loses neither: the commit is refused, and the outcome that it held is written after the reload", async () => {
    const real = await useDatabase(openTestDatabase);
    const [handlers, committing, mayCommit] = [makeGate<string>(), makeGate(), makeGate()];
    let holdsBack = false;
    const database: Database = {
      ...real,
      run: async (statement, parameters) => {
        if (holdsBack && statement.name.startsWith("commit_")) {
          holdsBack = false;
          committing.open();
          await mayCommit.promise;
        }
        return real.run(statement, parameters);
      },
    };
    let running = 0;
    const template = graphTemplate("a -> c, b -> c", {
      run: (_task, _sequence, step) => {
        running += 1;
        return step.name === "c" ? "c" : handlers.promise;
      },
    });
    const { engine } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await until(() => running === 2, "both handlers");
    holdsBack = true;
    handlers.open("kept");
    await committing.promise;
    // Cancelled while the outcomes of both are on their way.
    expect(await engine.actions.cancelStep({ taskId, step: "a" }, note)).toMatchObject({ outcome: "done" });
    mayCommit.open();
    await engine.settled(taskId);
    expect(await readStep(real, taskId, "a")).toMatchObject({ state: "cancelled", results: {} });
    expect(await readStep(real, taskId, "b")).toMatchObject({ state: "complete", results: "kept" });
    expect(running).toBe(2);
    await engine.stop();
    await expectCleanAuditTrail(real);
  });

  test("of two operators who cancel at once, one has done it and the other finds it so", async () => {
    const database = await useDatabase(openTestDatabase);
    const { engine } = await startEngine(database, [graphTemplate("a", { run: () => new Promise(() => undefined) })]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    const answers = await Promise.all([1, 2, 3].map(() => engine.actions.cancelTask(taskId, note)));
    expect(answers.map(({ outcome }) => outcome).sort()).toEqual(["already", "already", "done"]);
    expect(await readState(database, taskId)).toBe("cancelled");
    await engine.stop({ graceMs: 0 });
    await expectCleanAuditTrail(database);
  });
});
