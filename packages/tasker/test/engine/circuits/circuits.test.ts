import { expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { closeCircuit, listCircuits } from "../../../src/engine/circuits/list-circuits.ts";
import { PermanentError } from "../../../src/errors/index.ts";
import { ApiStepHandler } from "../../../src/handlers/api/api-step-handler.ts";
import { defineTask } from "../../../src/handlers/define-task/define-task.ts";
import type { StepExecution } from "../../../src/handlers/execution.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";
import { json, startRemote } from "../../handlers/api/remote-server.ts";
import { expectCleanAuditTrail } from "../../support/audit-trail.ts";
import { makeGate, readStep, readTransitions, startEngine, until, useDatabase } from "../../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";

const circuitBreaker = { failures: 2, windowSeconds: 60, openSeconds: 30, probes: 1 };

/** A task with one step that talks to the system `gateway`. */
const charge = (process: (step: StepExecution) => unknown, timeoutSeconds = 3_600) =>
  defineTask({ name: "charge", namespace: "shop", dependentSystems: { gateway: { circuitBreaker } } })
    .step("call", {
      dependentSystem: "gateway",
      retryLimit: 3,
      timeoutSeconds,
      process: (_task, _sequence, step) => process(step),
    })
    .build();

const submit = { namespace: "shop", name: "charge", context: {} };

const stateOf = async (database: Database) => (await listCircuits(database))[0]?.state ?? "closed";

describeOnPostgres("a step whose circuit is open", () => {
  test("waits for the next probe without using up an attempt, and says so", async () => {
    const database = await useDatabase(openTestDatabase);
    let isDown = true;
    let calls = 0;
    const template = charge(() => {
      calls += 1;
      if (isDown) throw new Error("down");
      return "charged";
    });
    const { engine, clock, events } = await startEngine(database, [template]);
    const { taskId } = await engine.submit(submit);
    const failures = () => events.filter(({ name }) => name === "step.failed").length;
    await until(() => failures() === 1, "the first failure");
    clock.advance(1_000);
    await until(() => failures() === 2, "the second failure");
    await until(async () => (await stateOf(database)) === "open", "the open circuit");
    const openedAt = clock.now();
    expect(await listCircuits(database, { namespace: "shop" })).toEqual([
      {
        namespace: "shop",
        name: "gateway",
        state: "open",
        since: new Date(openedAt),
        nextProbeAt: new Date(openedAt + 30_000),
        failures: 0,
        probes: 0,
        updatedAt: new Date(openedAt),
      },
    ]);

    clock.advance(2_000);
    await until(async () => (await readTransitions(database, taskId, "call")).length === 8, "the postponement");
    expect((await readTransitions(database, taskId, "call")).at(-1)).toMatchObject({
      to_state: "error",
      metadata: {
        interrupted: true,
        circuit_open: "gateway",
        retry_available: true,
        backoff_until: new Date(openedAt + 30_000).toISOString(),
      },
    });
    // The error that opened it stays to be seen, and the attempt is given back.
    expect(await readStep(database, taskId, "call")).toMatchObject({ attempts: 2, results: { error: "down" } });
    expect([calls, failures()]).toEqual([2, 2]);

    isDown = false;
    clock.advance(28_000);
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "complete" });
    expect(await readStep(database, taskId, "call")).toMatchObject({ attempts: 3, results: "charged" });
    await until(async () => (await stateOf(database)) === "closed", "the closed circuit");
    await expectCleanAuditTrail(database);
  });

  test("is one of many: failures of two engines count together, one of them probes, and a success frees all", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    let running = 0;
    let most = 0;
    let isDown = true;
    let calls = 0;
    const gate = makeGate();
    const template = charge(async () => {
      calls += 1;
      if (isDown) throw new Error("down");
      running += 1;
      if (!(await Promise.race([gate.promise.then(() => true), Promise.resolve(false)])))
        most = Math.max(most, running);
      await gate.promise;
      running -= 1;
      return "charged";
    });
    const engines = [
      await startEngine(database, [template], { clock, concurrency: 50 }),
      await startEngine(database, [template], { clock, concurrency: 50 }),
    ];
    const [one, two] = engines;
    if (one === undefined || two === undefined) throw new Error("there are two engines");
    // One failure each.
    const first = [(await one.engine.submit(submit)).taskId, (await two.engine.submit(submit)).taskId];
    await until(async () => (await stateOf(database)) === "open", "the open circuit");
    expect(calls).toBe(2);
    const failed = ({ name }: { readonly name: string }) => name === "step.failed";
    await Promise.all([one.seen(failed), two.seen(failed)]);
    clock.advance(500);

    const more = await Promise.all([
      one.engine.submitMany(Array.from({ length: 10 }, () => submit)),
      two.engine.submitMany(Array.from({ length: 10 }, () => submit)),
    ]);
    const tasks = [...first, ...more.flat().map(({ taskId }) => taskId)];
    const postponed = async () => {
      const [row] = await database.query(
        `select count(distinct workflow_step_id)::int as n from tasker_workflow_step_transitions
         where most_recent and metadata ? 'circuit_open'`,
      );
      return row?.n;
    };
    clock.advance(1_000);
    await until(async () => (await postponed()) === 22, "all of them to wait");
    expect(calls).toBe(2);

    isDown = false;
    clock.advance(30_000);
    await until(() => calls === 3, "the probe");
    await until(async () => (await postponed()) === 21, "the others to wait on");
    expect(most).toBe(1);
    gate.open();
    await until(async () => {
      clock.advance(500);
      return (await stateOf(database)) === "closed";
    }, "the closed circuit");
    for (const taskId of tasks) {
      await until(async () => {
        clock.advance(1_000);
        return (await readStep(database, taskId, "call")).state === "complete";
      }, `task ${taskId}`);
    }
    expect(calls).toBe(2 + tasks.length);
    await expectCleanAuditTrail(database);
  });

  test("learns of it by what another process wrote before it started, and runs when an operator closes it", async () => {
    const database = await useDatabase(openTestDatabase);
    let calls = 0;
    const template = charge(() => {
      calls += 1;
      return "charged";
    });
    const { engine, clock } = await startEngine(database, [template]);
    await database.query(
      `insert into tasker_circuits (namespace, name, state, since, next_probe_at, detail, version, updated_at)
       values ('shop', 'gateway', 'open', $1, $2, '{}', 9, $1)`,
      [new Date(clock.now()), new Date(clock.now() + 86_400_000)],
    );
    const { taskId } = await engine.submit(submit);
    await until(async () => (await readStep(database, taskId, "call")).state === "error", "the postponement");
    expect(await readStep(database, taskId, "call")).toMatchObject({
      attempts: 0,
      results: { error_class: "CircuitOpenError", error_code: "TASKER_CIRCUIT_OPEN" },
    });
    // A wait of a day: the task is given back until then.
    const [run] = await database.query("select owner_id, wake_at from tasker_task_runs where task_id = $1", [taskId]);
    expect(run).toMatchObject({ wake_at: new Date(clock.now() + 86_400_000) });
    expect(await closeCircuit(database, { namespace: "shop", name: "gateway" })).toBe(true);
    expect(await closeCircuit(database, { namespace: "shop", name: "gateway" })).toBe(false);
    clock.advance(500);
    const { taskId: next } = await engine.submit(submit);
    expect(await engine.settled(next)).toEqual({ taskId: next, state: "complete" });
    expect(calls).toBe(1);
    await expectCleanAuditTrail(database);
  });

  test("counts time-outs; permanent failures say nothing", async () => {
    const database = await useDatabase(openTestDatabase);
    const template = charge((step) => {
      if (step.stepId % 2 === 0) throw new PermanentError("declined");
      return new Promise(() => {});
    }, 5);
    const { engine, clock } = await startEngine(database, [template]);
    await engine.submitMany(Array.from({ length: 6 }, () => submit));
    await until(async () => {
      const [row] = await database.query(
        "select count(*)::int as n from tasker_workflow_steps where in_process or not retryable",
      );
      return row?.n === 6;
    }, "all attempts");
    expect(await listCircuits(database)).toEqual([]);
    clock.advance(5_000);
    await until(async () => (await stateOf(database)) === "open", "the open circuit");
  });

  test("may be named by its handler: API steps to one host share a circuit", async () => {
    const database = await useDatabase(openTestDatabase);
    const remote = await startRemote((response, _request, count) => json(response, count <= 2 ? 500 : 200, {}));
    const handlerConfig = { url: remote.url, circuit_breaker: { failures: 2 } };
    const template = defineTask({ name: "calls" })
      .step("a", { handler: ApiStepHandler, handlerConfig })
      .step("b", { handler: ApiStepHandler, handlerConfig })
      .build();
    const { engine, clock, events } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "calls", context: {} });
    await until(() => events.filter(({ name }) => name === "step.failed").length === 2, "two failures");
    await until(async () => (await stateOf(database)) === "open", "the open circuit");
    expect(await listCircuits(database)).toMatchObject([{ namespace: "default", name: new URL(remote.url).host }]);
    clock.advance(1_000);
    await until(async () => {
      const steps = await Promise.all(["a", "b"].map((name) => readTransitions(database, taskId, name)));
      return steps.every((rows) => rows.at(-1)?.to_state === "error" && JSON.stringify(rows).includes("circuit_open"));
    }, "both to wait");
    expect(remote.requests).toHaveLength(2);
    clock.advance(29_000);
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "complete" });
    await expectCleanAuditTrail(database);
  });
});
