import { expect, test } from "vitest";
import { ExecutionNotFoundError, ExecutionTakenError } from "../../../src/errors/index.ts";
import { expectCleanAuditTrail } from "../../support/audit-trail.ts";
import { graphTemplate, startEngine, until, useDatabase } from "../../support/engine-harness.ts";
import { describeEachDatabase } from "../../support/test-database.ts";
import { TestWorker } from "./test-worker.ts";

const REMOTE = { queue: "python" };

describeEachDatabase("starting attempts by their ids, as messages of a queue name them", (open) => {
  test("is the claim: who comes first gets the step, and gets it again by the same nonce; others are told, each for itself", async () => {
    const database = await useDatabase(open);
    const { engine } = await startEngine(database, [graphTemplate("a, b", { steps: { a: REMOTE, b: REMOTE } })]);
    const worker = await TestWorker.register(engine);
    const other = await TestWorker.register(engine);
    const { taskId } = await engine.submit({ name: "graph", context: { order: 1 } });
    const offers = () => database.query("select execution_id from tasker_ready_steps order by workflow_step_id");
    await until(async () => (await offers()).length === 2, "the offers");
    const [a = "", b = ""] = (await offers()).map(({ execution_id: id }) => String(id));
    const start = (id: number, items: readonly (readonly [string, string])[]) =>
      engine.workers.start(
        id,
        items.map(([executionId, nonce]) => ({ executionId, nonce })),
        "parents",
        null,
      );
    const started = {
      execution_id: a,
      task: { task_id: taskId, context: { order: 1 } },
      step: { name: "a", attempt: 1 },
    };
    const first = await start(worker.id, [
      [a, "s1"],
      ["1.1.999999", "s2"],
      ["no id", "s3"],
    ]);
    expect(first[0]).toMatchObject(started);
    expect(first.slice(1)).toEqual([expect.any(ExecutionNotFoundError), expect.any(ExecutionNotFoundError)]);
    expect((await start(worker.id, [[a, "s1"]]))[0]).toMatchObject(started);
    expect(await start(worker.id, [[a, "another"]])).toEqual([expect.any(ExecutionTakenError)]);
    const second = await start(other.id, [
      [a, "s1"],
      [b, "s2"],
    ]);
    expect(second[0]).toBeInstanceOf(ExecutionTakenError);
    expect(second[1]).toMatchObject({ execution_id: b, step: { name: "b" } });
    expect(await worker.poll({ waitMs: 0 })).toEqual([]);
    await worker.complete(a, 1);
    await other.complete(b, 2);
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(await start(worker.id, [[a, "s1"]])).toEqual([expect.any(ExecutionNotFoundError)]);
    await expectCleanAuditTrail(database);
  });
});
