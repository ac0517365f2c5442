import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { failsTimes } from "../../src/testing/handlers/failing-handlers.ts";
import { drain } from "../../src/testing/run/drain.ts";
import { graphTemplate } from "../../src/testing/run/graph-template.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";
import { readTask } from "../../src/testing/run/read-task.ts";
import { runTask } from "../../src/testing/run/run-task.ts";
import { apiIntegrationWithRetries } from "../../src/testing/workflows/api-integration-with-retries.ts";
import { conditionalBranches } from "../../src/testing/workflows/conditional-branches.ts";
import { etlWithValidation } from "../../src/testing/workflows/etl-with-validation.ts";
import { longRunningBatch } from "../../src/testing/workflows/long-running-batch.ts";
import { parentWithSubWorkflows } from "../../src/testing/workflows/parent-with-sub-workflows.ts";
import { systemCoordination } from "../../src/testing/workflows/system-coordination.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import { startEngine } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

describeOnPostgres("named workflows", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  test("extract, validate, transform and load rows", async () => {
    const { template, warehouse } = etlWithValidation();
    const rows = [
      { id: 1, amount: 10 },
      { id: 2, amount: -1 },
      { id: 3, amount: 0.5 },
    ];
    const report = await runTask(template, { rows }, { database });
    expect(report.steps.reconcile?.results).toEqual({ extracted: 3, loaded: 2, rejected: 1 });
    expect([...warehouse.values()]).toEqual([
      { id: 1, cents: 1_000 },
      { id: 3, cents: 50 },
    ]);
  });

  test("fail a load of which too much is invalid, and load nothing", async () => {
    const { template, warehouse } = etlWithValidation();
    const report = await runTask(template, { rows: [{ id: 1, amount: -1 }] }, { database });
    expect(report).toMatchObject({ state: "error", steps: { validate: { state: "error", attempts: 1 } } });
    expect(report.steps.validate?.error?.code).toBe("TOO_MANY_INVALID_ROWS");
    expect(warehouse.size).toBe(0);
  });

  test("integrate remote systems that time out, refuse and fail", async () => {
    const { template } = apiIntegrationWithRetries({ retryAfter: 30 });
    const report = await runTask(template, { cart_id: 123, user_id: 456 }, { database });
    expect(Object.entries(report.steps).map(([name, { attempts, state }]) => [name, state, attempts])).toEqual([
      ["fetch_cart", "complete", 2],
      ["fetch_products", "complete", 2],
      ["validate_products", "complete", 1],
      ["create_order", "complete", 2],
      ["publish_event", "complete", 1],
    ]);
    // the refusal's 30 seconds, and the backoff of the order
    expect(report.elapsedMs).toBe(31_000);
  });

  test("coordinate systems, and decide nothing when one refuses", async () => {
    const systems = ["payments", "stock", "shipping"];
    const agreed = await runTask(systemCoordination(systems).template, {}, { database });
    expect(agreed.state).toBe("complete");
    const { template, handlers } = systemCoordination(systems, { refusing: "stock" });
    const refused = await runTask(template, {}, { database });
    expect(refused).toMatchObject({ state: "error", steps: { decide: { state: "pending", attempts: 0 } } });
    expect(handlers.decide?.calls).toEqual([]);
  });

  test("run a batch that takes hours, in no time", async () => {
    const clock = new ManualClock();
    const report = await runTask(longRunningBatch({ clock, chunks: 4 }).template, {}, { database, clock });
    expect(report).toMatchObject({ state: "complete", elapsedMs: 3_600_000 });
    const late = longRunningBatch({ clock, chunks: 2, deadlineSeconds: 60 });
    const timedOut = await runTask(late.template, {}, { database, clock });
    expect(timedOut).toMatchObject({ state: "error", steps: { process_chunk_1: { attempts: 3 } } });
    // three deadlines, and backoffs of 1 and 2 seconds
    expect(timedOut.elapsedMs).toBe(183_000);
  });

  test("run sub-workflows from a parent, each once, and gather what they stored", async () => {
    const flaky = failsTimes(1, (_execution, _step, task) => ({ done: task.context.item ?? null }));
    const child = graphTemplate("work", { name: "child", run: (...args) => flaky.process(...args) });
    const test = await startEngine(database, [child]);
    test.registry.register(parentWithSubWorkflows(test, child));
    const { taskId } = await test.engine.submit({
      name: "parent_with_sub_workflows",
      namespace: "orchestration",
      context: { items: ["a", "b"] },
    });
    await drain(test);
    const report = await readTask(database, taskId);
    expect(report.state).toBe("complete");
    expect(report.steps.collect?.results).toEqual({
      results: [{ work: { done: "a" } }, { work: { done: "b" } }],
    });
    expect(flaky.calls).toHaveLength(4);
    expect(report.steps.await_children?.attempts).toBe(2);
    await expectCleanAuditTrail(database);
  });

  test.each([
    [5_000, "review", "review done"],
    [5, "approve", "approve done"],
  ])("do the work of the branch that a result chose: %i", async (amount, branch, outcome) => {
    const { template, worked } = conditionalBranches();
    const report = await runTask(template, { amount }, { database });
    expect(worked).toEqual([branch]);
    expect(report.steps.notify?.results).toEqual({ outcome });
  });
});
