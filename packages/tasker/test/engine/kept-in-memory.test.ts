import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import type { TaskView } from "../../src/handlers/execution.ts";
import { graphTemplate, startEngine, until, useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

describeOnPostgres("an engine that has nothing to do", () => {
  test("keeps no task that has ended", async () => {
    const database = await useDatabase(openTestDatabase);
    const seen: WeakRef<TaskView>[] = [];
    const template = graphTemplate("a -> b", {
      run: (task) => {
        seen.push(new WeakRef(task));
      },
    });
    const { engine } = await startEngine(database, [template]);
    const submitted = await engine.submitMany(Array.from({ length: 20 }, () => ({ name: "graph", context: {} })));
    await Promise.all(submitted.map(({ taskId }) => engine.settled(taskId)));
    const kept = () => {
      collectGarbage();
      return seen.filter((view) => view.deref() !== undefined).length;
    };
    await until(() => kept() === 0, "the end of every task's memory");
    expect(seen).toHaveLength(40);
  });
});
