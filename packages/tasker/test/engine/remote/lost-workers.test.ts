import { expect, test } from "vitest";
import { ExecutionRevokedError, WorkerNotFoundError } from "../../../src/errors/index.ts";
import { expectCleanAuditTrail } from "../../support/audit-trail.ts";
import {
  graphTemplate,
  makeEngine,
  readStep,
  readTransitions,
  startEngine,
  until,
  useDatabase,
} from "../../support/engine-harness.ts";
import { describeEachDatabase, describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { TestWorker } from "./test-worker.ts";

const REMOTE = { queue: "python" };
const one = () => graphTemplate("a", { steps: { a: REMOTE } });

describeEachDatabase("a step whose worker", (open) => {
  test("is killed in the middle of it runs elsewhere: no attempt is used up, and what comes late is refused and kept", async () => {
    const database = await useDatabase(open);
    const { engine } = await startEngine(database, [one()]);
    const killed = await TestWorker.register(engine);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    const lost = await killed.pollOne();
    await database.execute(
      `update tasker_processes set stopped_at = now() at time zone 'UTC' where process_id = ${killed.id}`,
    );
    await expect(killed.poll()).rejects.toThrow(WorkerNotFoundError);
    const other = await TestWorker.register(engine);
    const again = await other.pollOne();
    expect(again.step).toMatchObject({ attempt: 1 });
    expect(await killed.complete(lost.execution_id, "late")).toBeInstanceOf(ExecutionRevokedError);
    expect(await other.complete(again.execution_id, "in time")).toMatchObject({ recorded: "complete" });
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(await killed.complete(lost.execution_id, "late")).toBeInstanceOf(ExecutionRevokedError);
    expect(await readStep(database, taskId, "a")).toMatchObject({ attempts: 1, results: "in time" });
    expect(await database.query("select state, results from tasker_step_executions")).toEqual([
      { state: "refused", results: "late" },
    ]);
    await expectCleanAuditTrail(database);
  });

  test("has not been heard of for its lease is interrupted, although the worker lives", async () => {
    const database = await useDatabase(open);
    const { engine } = await startEngine(database, [one()]);
    const worker = await TestWorker.register(engine);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    const forgotten = await worker.pollOne();
    await database.execute("update tasker_step_executions set heartbeat_at = heartbeat_at - interval '29 seconds'");
    expect(await engine.workers.heartbeat(worker.id, [{ executionId: forgotten.execution_id }])).toMatchObject([
      { isRunning: true },
    ]);
    await database.execute("update tasker_step_executions set heartbeat_at = heartbeat_at - interval '31 seconds'");
    const again = await worker.pollOne();
    expect(await engine.workers.heartbeat(worker.id, [{ executionId: forgotten.execution_id }])).toMatchObject([
      { isRunning: false, reason: "revoked" },
    ]);
    await worker.complete(again.execution_id, 1);
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    await expectCleanAuditTrail(database);
  });

  test("runs while the engine and its server are started anew goes on: nothing is lost, nothing runs twice", async () => {
    const database = await useDatabase(open);
    const before = await startEngine(database, [graphTemplate("a -> b", { steps: { a: REMOTE, b: REMOTE } })]);
    const worker = await TestWorker.register(before.engine);
    const { taskId } = await before.engine.submit({ name: "graph", context: {} });
    const { execution_id: id } = await worker.pollOne();
    await before.engine.stop();
    const after = await startEngine(database, [graphTemplate("a -> b", { steps: { a: REMOTE, b: REMOTE } })]);
    const report = { kind: "complete" as const, executionId: id, results: 1 };
    expect(await after.engine.workers.report(worker.id, [report], null)).toMatchObject([{ recorded: "complete" }]);
    const call = { workerId: worker.id, capacity: 1, nonce: "after", waitMs: 10_000, sequence: "all" as const };
    const [next] = await after.engine.workers.poll(call, null);
    expect(next).toMatchObject({ step: { name: "b" }, parents: { a: 1 } });
    await after.engine.workers.report(worker.id, [{ ...report, executionId: next?.execution_id ?? "" }], null);
    expect(await after.engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(await readTransitions(database, taskId, "a")).toHaveLength(2);
    await expectCleanAuditTrail(database);
  });
});

describeOnPostgres("workers", () => {
  test("are served by a process that owns nothing and knows no template", async () => {
    const database = await useDatabase(openTestDatabase);
    const { engine } = await startEngine(database, [one()]);
    const { engine: server } = makeEngine(database, [], { pollIntervalMs: 20 });
    const worker = await TestWorker.register(server);
    const { taskId } = await engine.submit({ name: "graph", context: { order: 1 } });
    const { execution_id: id, task } = await worker.pollOne();
    expect(task).toMatchObject({ context: { order: 1 } });
    await worker.complete(id, 2);
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(await readStep(database, taskId, "a")).toMatchObject({ results: 2 });
  });

  test("that are slow keep their steps while they tell that they live, and hold up nobody else", async () => {
    const database = await useDatabase(openTestDatabase);
    const { engine } = await startEngine(database, [
      graphTemplate("a, b, c, d, e", { steps: { a: REMOTE, b: REMOTE, c: REMOTE, d: REMOTE, e: REMOTE } }),
    ]);
    const slow = await TestWorker.register(engine);
    const quick = await TestWorker.register(engine);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    const held = await slow.pollOne();
    for (let done = 0; done < 4; ) {
      for (const { execution_id: id } of await quick.poll()) {
        await quick.complete(id, null);
        done += 1;
      }
    }
    expect(await engine.workers.heartbeat(slow.id, [{ executionId: held.execution_id }])).toMatchObject([
      { isRunning: true },
    ]);
    await slow.complete(held.execution_id, null);
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
  });

  test("that wait, a hundred of them, cost one statement at a time", async () => {
    const real = await useDatabase(openTestDatabase);
    const looks = { poll_steps: 0, count_offers: 0 };
    const database: typeof real = {
      ...real,
      run: (statement, parameters) => {
        if (statement.name in looks) looks[statement.name as keyof typeof looks] += 1;
        return real.run(statement, parameters);
      },
    };
    const { engine } = makeEngine(database, [one()], { pollIntervalMs: 50 });
    const worker = await TestWorker.register(engine);
    const polls = Array.from({ length: 100 }, () => worker.poll({ waitMs: 1_000 }));
    await until(() => engine.workers.waiting === 100, "the workers that wait");
    // One each to begin with; besides, one that waits alone asks for itself.
    const asked = looks.poll_steps;
    expect(asked).toBeLessThan(110);
    expect((await Promise.all(polls)).flat()).toEqual([]);
    expect(looks.poll_steps).toBeLessThan(asked + 10);
    expect(looks.count_offers).toBeLessThan(40);
  });

  test("of which the fifth is lost with the same step have it fail for good", async () => {
    const database = await useDatabase(openTestDatabase);
    const { engine } = await startEngine(database, [one()]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    for (let lost = 0; lost < 5; lost += 1) {
      const worker = await TestWorker.register(engine);
      await worker.pollOne();
      await engine.workers.deregister(worker.id);
    }
    expect(await engine.settled(taskId)).toMatchObject({ state: "error" });
    await expectCleanAuditTrail(database);
  });

  test("go on when another process takes the task over", async () => {
    const database = await useDatabase(openTestDatabase);
    const first = await startEngine(database, [one()]);
    const worker = await TestWorker.register(first.engine);
    const { taskId } = await first.engine.submit({ name: "graph", context: {} });
    const { execution_id: id } = await worker.pollOne();
    const second = await startEngine(database, [one()], { clock: first.clock });
    const { processId } = first.engine.statistics();
    await database.execute(
      `update tasker_processes set stopped_at = now() at time zone 'UTC' where process_id = ${processId}`,
    );
    await until(() => {
      first.clock.advance(100);
      return second.engine.statistics().sharing.outside + first.engine.statistics().sharing.outside > 0;
    }, "the takeover");
    expect(
      await second.engine.workers.report(worker.id, [{ kind: "complete", executionId: id, results: 3 }], null),
    ).toMatchObject([{ recorded: "complete" }]);
    await until(async () => {
      first.clock.advance(100);
      return (await readStep(database, taskId, "a")).state === "complete";
    }, "the end of the step");
    expect(await readTransitions(database, taskId, "a")).toHaveLength(2);
    await expectCleanAuditTrail(database);
  });
});
