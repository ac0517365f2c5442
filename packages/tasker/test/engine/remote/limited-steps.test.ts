import { expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { listCircuits } from "../../../src/engine/circuits/list-circuits.ts";
import { defineTask } from "../../../src/handlers/define-task/define-task.ts";
import { expectCleanAuditTrail } from "../../support/audit-trail.ts";
import {
  makeEngine,
  readStep,
  readTransitions,
  startEngine,
  until,
  useDatabase,
} from "../../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { type Assignment, TestWorker } from "./test-worker.ts";

const limited = () =>
  defineTask({ name: "graph", dependentSystems: { bank: { concurrency: 1 } } })
    .remote("a", { queue: "python", handlerClass: "Run", dependentSystem: "bank" })
    .build();

const held = (database: Database) =>
  database.query("select process_id, execution_id is not null as is_outside from tasker_permits");

const request = (key: string) => ({ name: "graph", context: {}, idempotencyKey: key });

describeOnPostgres("a limit of steps that workers run", () => {
  test("holds: the next step is offered when the outcome of the one before is committed", async () => {
    const database = await useDatabase(openTestDatabase);
    const { engine } = await startEngine(database, [limited()]);
    const worker = await TestWorker.register(engine);
    const tasks = await engine.submitMany([request("1"), request("2"), request("3")]);
    for (let done = 0; done < 3; done += 1) {
      const got = await worker.poll();
      expect(got).toHaveLength(1);
      expect(await worker.poll({ waitMs: 0 })).toEqual([]);
      expect(await database.query("select count(*)::int as offers from tasker_ready_steps")).toEqual([{ offers: 0 }]);
      await worker.complete(got[0]?.execution_id ?? "", done);
    }
    for (const { taskId } of tasks) expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    await until(async () => (await held(database)).length === 0, "the last permit");
    expect((await readTransitions(database, tasks[1]?.taskId ?? 0, "a")).at(0)).toMatchObject({
      metadata: { worker: worker.id, limiters: ["system:bank"], concurrency_limits: [1] },
    });
    await expectCleanAuditTrail(database);
  });

  test("takes no slot of the process that owns the task, and counts steps that it runs itself as well", async () => {
    const database = await useDatabase(openTestDatabase);
    const own = defineTask({ name: "own", dependentSystems: { bank: { concurrency: 1 } } })
      .step("b", { dependentSystem: "bank", process: () => "ran" })
      .build();
    const { engine } = await startEngine(database, [limited(), own], { concurrency: 1 });
    const worker = await TestWorker.register(engine);
    await engine.submit(request("1"));
    const [step] = await worker.poll();
    const { taskId } = await engine.submit({ name: "own", context: {} });
    await until(
      async () => (await database.query("select from tasker_limit_waits where waiting = 1")).length === 1,
      "the step that waits for the permit",
    );
    expect(engine.statistics().concurrency).toMatchObject({ used: 0 });
    await worker.complete(step?.execution_id ?? "", null);
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    await expectCleanAuditTrail(database);
  });

  test("is free again when a worker gives a step back, dies with it, or its task is cancelled", async () => {
    const database = await useDatabase(openTestDatabase);
    const { engine, clock } = await startEngine(database, [limited()]);
    const worker = await TestWorker.register(engine);
    const [one, other] = await engine.submitMany([request("1"), request("2")]);
    await worker.report({ kind: "release", executionId: (await worker.pollOne()).execution_id });
    const dying = await TestWorker.register(engine);
    await dying.pollOne();
    await engine.workers.deregister(dying.id);
    const again = await worker.pollOne();
    const cancelled = again.task.task_id === one?.taskId ? one : other;
    await engine.actions.cancelTask(cancelled?.taskId ?? 0, { actor: "test", reason: "for a test" });
    await engine.workers.heartbeat(worker.id, [{ executionId: again.execution_id }]);
    // Whoever gave the permit back was not this process: it looks again after a while.
    let last: Assignment | undefined;
    const polled = worker.poll({ capacity: 1, waitMs: 60_000 }).then(([step]) => {
      last = step;
    });
    await until(() => {
      clock.advance(100);
      return last !== undefined;
    }, "the step of the other task");
    await polled;
    expect(last?.task.task_id).toBe(cancelled === one ? other?.taskId : one?.taskId);
    await worker.complete(last?.execution_id ?? "", null);
    await until(async () => (await held(database)).length === 0, "the last permit");
    await expectCleanAuditTrail(database);
  });

  test.for(["stops", "dies"])("holds while its worker runs it, when the process that owns the task %s", async (how) => {
    const database = await useDatabase(openTestDatabase);
    const first = await startEngine(database, [limited()]);
    const worker = await TestWorker.register(first.engine);
    const { taskId } = await first.engine.submit(request("1"));
    const { execution_id: id } = await worker.pollOne();
    const { processId } = first.engine.statistics();
    if (how === "stops") await first.engine.stop();
    const second = await startEngine(database, [limited()], { clock: first.clock });
    if (how === "dies") {
      await database.execute(
        `update tasker_processes set stopped_at = now() at time zone 'UTC' where process_id = ${processId}`,
      );
    }
    await until(async () => {
      first.clock.advance(100);
      return (await database.query(`select from tasker_step_executions where owner_id <> ${processId}`)).length === 1;
    }, "the takeover");
    await until(async () => {
      first.clock.advance(100);
      const [permit, ...others] = await held(database);
      return others.length === 0 && permit?.is_outside === true && permit.process_id !== processId;
    }, "its permit, in the name of its new owner");
    const { taskId: next } = await second.engine.submit(request("2"));
    await until(
      async () => (await database.query("select from tasker_limit_waits where waiting = 1")).length === 1,
      "the step that waits for the permit",
    );
    await second.engine.workers.report(worker.id, [{ kind: "complete", executionId: id, results: 1 }], null);
    await second.engine.settled(taskId);
    const call = { workerId: worker.id, nonce: "n", capacity: 1, waitMs: 10_000, sequence: "parents" as const };
    const [step] = await second.engine.workers.poll(call, null);
    expect(step).toMatchObject({ task: { task_id: next } });
    await second.engine.workers.report(
      worker.id,
      [{ kind: "complete", executionId: step?.execution_id ?? "", results: 2 }],
      null,
    );
    await second.engine.settled(next);
    await until(async () => (await held(database)).length === 0, "the last permit");
    await expectCleanAuditTrail(database);
  });
});

const guarded = () =>
  defineTask({
    name: "graph",
    dependentSystems: { bank: { circuitBreaker: { failures: 1, windowSeconds: 60, openSeconds: 30, probes: 1 } } },
  })
    .remote("a", { queue: "python", handlerClass: "Run", dependentSystem: "bank", retryLimit: 3 })
    .build();

const circuit = async (database: Database) => (await listCircuits(database))[0]?.state ?? "closed";

describeOnPostgres("a circuit breaker of steps that workers run", () => {
  test("opens by what they report, keeps steps from them, lets one of them probe, and closes by its success", async () => {
    const database = await useDatabase(openTestDatabase);
    const { engine, clock } = await startEngine(database, [guarded()]);
    const worker = await TestWorker.register(engine);
    const { taskId: first } = await engine.submit(request("1"));
    await worker.fail((await worker.pollOne()).execution_id, "down", { retryAfterSeconds: 3_600 });
    await until(async () => (await circuit(database)) === "open", "the open circuit");
    const { taskId: second } = await engine.submit(request("2"));
    const polled = worker.poll();
    await until(
      async () => (await readStep(database, second, "a")).state === "error",
      "the step that the circuit does not let through",
    );
    expect(await polled).toEqual([]);
    expect((await readTransitions(database, second, "a")).at(-1)).toMatchObject({
      metadata: { interrupted: true, circuit_open: "bank" },
    });
    expect(await readStep(database, second, "a")).toMatchObject({ attempts: 0 });
    const probe = worker.pollOne();
    await until(() => {
      clock.advance(1_000);
      return engine.statistics().sharing.outside === 1;
    }, "the probe");
    const { execution_id: id, task } = await probe;
    expect(task.task_id).toBe(second);
    expect(await circuit(database)).toBe("half_open");
    await worker.complete(id, "charged");
    expect(await engine.settled(second)).toMatchObject({ state: "complete" });
    await until(async () => (await circuit(database)) === "closed", "the closed circuit");
    expect(await readStep(database, first, "a")).toMatchObject({ state: "error", attempts: 1 });
    await expectCleanAuditTrail(database);
  });

  test("counts what is reported to another process than the owner of the task", async () => {
    const database = await useDatabase(openTestDatabase);
    const { engine } = await startEngine(database, [guarded()]);
    const { engine: server } = makeEngine(database, [], { pollIntervalMs: 20 });
    const worker = await TestWorker.register(server);
    const { taskId } = await engine.submit(request("1"));
    await worker.fail((await worker.pollOne()).execution_id, "down", { permanent: false });
    await until(async () => (await circuit(database)) === "open", "the open circuit");
    await until(async () => (await readStep(database, taskId, "a")).state === "error", "the failure");
  });
});
