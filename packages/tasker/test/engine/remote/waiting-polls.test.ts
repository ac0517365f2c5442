import { expect, test } from "vitest";
import { graphTemplate, makeEngine, startEngine, until, useDatabase } from "../../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { TestWorker } from "./test-worker.ts";

describeOnPostgres("a worker that waits for steps", () => {
  test("is looked after, however often others begin to wait: it finds what is offered, and keeps its lease", async () => {
    const database = await useDatabase(openTestDatabase);
    const remote = { steps: { a: { queue: "python" } } };
    const { engine } = await startEngine(database, [graphTemplate("a", remote)]);
    // Told nothing by the owner, as across a pooler: it looks by itself.
    const { engine: server } = makeEngine(database, [], { pollIntervalMs: 200 });
    const patient = await TestWorker.register(server, { leaseSeconds: 5 });
    const busy = await TestWorker.register(server, { queues: ["none"] });
    const waits = patient.poll({ waitMs: 20_000 });
    let isOver = false;
    const others = (async () => {
      while (!isOver) {
        await Promise.all(Array.from({ length: 5 }, () => busy.poll({ waitMs: 20 })));
      }
    })();
    const beat = async () => {
      const [row] = await database.query(`select heartbeat_at from tasker_processes where process_id = ${patient.id}`);
      return String(row?.heartbeat_at);
    };
    const before = await beat();
    await until(async () => (await beat()) !== before, "the renewal of its lease");
    await engine.submit({ name: "graph", context: {} });
    expect(await waits).toHaveLength(1);
    isOver = true;
    await others;
  });
});
