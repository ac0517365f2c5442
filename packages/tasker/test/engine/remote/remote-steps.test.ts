import { expect, test } from "vitest";
import { expectCleanAuditTrail } from "../../support/audit-trail.ts";
import { customEvent } from "../../support/custom-event.ts";
import {
  graphTemplate,
  readState,
  readStep,
  readTransitions,
  startEngine,
  until,
  useDatabase,
} from "../../support/engine-harness.ts";
import { describeEachDatabase } from "../../support/test-database.ts";
import { TestWorker } from "./test-worker.ts";

const REMOTE = { queue: "python" };

describeEachDatabase("a step that workers run", (open) => {
  test("is given to a worker with everything that it needs, between steps that the engine runs", async () => {
    const database = await useDatabase(open);
    const template = graphTemplate("a -> b, b -> c", {
      steps: { b: { ...REMOTE, handlerConfig: { key: `\${env:NOWHERE}` }, timeoutSeconds: 60 } },
      run: (_task, sequence, step) => (step.name === "c" ? { after: sequence.resultsOf("b") } : { from: step.name }),
    });
    const { engine } = await startEngine(database, [template]);
    const worker = await TestWorker.register(engine);
    const { taskId } = await engine.submit({ name: "graph", context: { order: 7 } });
    const assignment = await worker.pollOne();
    expect(assignment).toMatchObject({
      task: { task_id: taskId, namespace: "default", name: "graph", version: "1.0.0", context: { order: 7 } },
      step: {
        name: "b",
        handler: "Run",
        handler_config: { key: `\${env:NOWHERE}` },
        attempt: 1,
        retry_limit: 3,
        inputs: null,
      },
      parents: { a: { from: "a" } },
      sequence: [{ name: "a", state: "complete", results: { from: "a" } }],
      timeout_ms: 60_000,
      progress: null,
    });
    expect(await worker.complete(assignment.execution_id, { by: "worker" })).toEqual({
      recorded: "complete",
      refusal: null,
      isDuplicate: false,
    });
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect((await readStep(database, taskId, "c")).results).toEqual({ after: { by: "worker" } });
    const [start, end] = await readTransitions(database, taskId, "b");
    expect(start).toMatchObject({
      to_state: "in_progress",
      metadata: { worker: worker.id, execution_id: assignment.execution_id },
    });
    expect(end).toMatchObject({ to_state: "complete" });
    expect(await database.query("select from tasker_step_executions")).toEqual([]);
    expect(await database.query("select from tasker_ready_steps")).toEqual([]);
    await expectCleanAuditTrail(database);
  });

  test("is tried again with the backoff that the engine decides, and fails for good if its worker says so", async () => {
    const database = await useDatabase(open);
    const { engine, clock } = await startEngine(database, [graphTemplate("a", { steps: { a: REMOTE } })]);
    const worker = await TestWorker.register(engine);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    const first = await worker.pollOne();
    await worker.fail(first.execution_id, "not yet", { retryAfterSeconds: 7 });
    await until(async () => (await readStep(database, taskId, "a")).state === "error", "the failure");
    expect((await readTransitions(database, taskId, "a")).at(-1)).toMatchObject({
      metadata: { error_message: "not yet", error_class: "ValueError", backoff_seconds: 7, retry_available: true },
    });
    const polled = worker.pollOne();
    await until(() => {
      clock.advance(1_000);
      return engine.statistics().sharing.offered === 0 && engine.statistics().sharing.outside === 1;
    }, "the second attempt");
    const second = await polled;
    expect(second.step).toMatchObject({ attempt: 2 });
    await worker.fail(second.execution_id, "never", { permanent: true });
    expect(await engine.settled(taskId)).toMatchObject({ state: "error" });
    await expectCleanAuditTrail(database);
  });

  test("publishes events with its end, in the commit that writes it; of results that cannot be stored it fails", async () => {
    const database = await useDatabase(open);
    const steps = { a: { ...REMOTE, customEvents: [customEvent("shop.sold")] }, b: REMOTE };
    const { engine } = await startEngine(database, [graphTemplate("a, b", { steps })], { maxValueBytes: 1_000 });
    const worker = await TestWorker.register(engine);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    const got = new Map<unknown, string>();
    while (got.size < 2) for (const one of await worker.poll()) got.set(one.step.name, one.execution_id);
    const events = [{ name: "shop.sold", payload: { n: 1 } }];
    await worker.complete(got.get("a") ?? "", { sold: 1 }, { events });
    expect(await worker.complete(got.get("b") ?? "", "x".repeat(2_000))).toMatchObject({
      recorded: "failed",
      refusal: { code: "TASKER_VALUE_TOO_LARGE" },
    });
    expect(await engine.settled(taskId)).toMatchObject({ state: "error" });
    expect(await database.query("select name, payload from tasker_events where name = 'shop.sold'")).toEqual([
      { name: "shop.sold", payload: { n: 1 } },
    ]);
    await expectCleanAuditTrail(database);
  });

  test("is never run by an engine, and its task is found by a worker that comes later", async () => {
    const database = await useDatabase(open);
    const { engine } = await startEngine(database, [graphTemplate("a", { steps: { a: REMOTE } })]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await until(() => engine.statistics().sharing.offered === 1, "the offer");
    expect(await readState(database, taskId)).toBe("pending");
    const other = await TestWorker.register(engine, { handlers: ["Other"] });
    expect(await other.poll({ waitMs: 0 })).toEqual([]);
    const elsewhere = await TestWorker.register(engine, { queues: ["ruby"] });
    expect(await elsewhere.poll({ waitMs: 0 })).toEqual([]);
    const worker = await TestWorker.register(engine);
    const { execution_id: id } = await worker.pollOne();
    await worker.complete(id, null);
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
  });
});
