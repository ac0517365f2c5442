import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, onTestFinished, test } from "vitest";
import { Engine } from "../../src/engine/engine.ts";
import type { TaskView } from "../../src/handlers/execution.ts";
import { HandlerRegistry } from "../../src/handlers/registry.ts";
import { graphTemplate, until, useDatabase } from "../support/engine-harness.ts";
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
    // Nobody listens: whoever keeps an event keeps its task.
    const registry = new HandlerRegistry();
    registry.register(template);
    const engine = new Engine({ database, registry });
    onTestFinished(() => engine.stop({ graceMs: 0 }));
    await engine.start();
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
