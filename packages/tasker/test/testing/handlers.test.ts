import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import {
  alwaysFails,
  delays,
  failsAtRandom,
  failsTimes,
  succeeds,
  timesOut,
} from "../../src/testing/handlers/failing-handlers.ts";
import { idempotent } from "../../src/testing/handlers/idempotent-handler.ts";
import type { RecordedHandler } from "../../src/testing/handlers/recorded-handler.ts";
import { graphTemplate } from "../../src/testing/run/graph-template.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";
import { runTask } from "../../src/testing/run/run-task.ts";
import { independentSteps } from "../../src/testing/shapes/row-driven-shapes.ts";
import { bindShape } from "../../src/testing/shapes/shape.ts";
import { makeGate, startEngine, until } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

describeOnPostgres("handlers for tests", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  const runOne = (
    handler: RecordedHandler,
    settings: { retryLimit?: number; timeoutSeconds?: number } = {},
    clock?: ManualClock,
  ) =>
    runTask(
      graphTemplate("only", { name: "once", steps: { only: settings }, run: (...args) => handler.process(...args) }),
      {},
      { database, ...(clock === undefined ? {} : { clock }) },
    );
  const outcomes = (handler: RecordedHandler) => handler.calls.map(({ outcome }) => outcome);

  test("succeed and say what they were called for", async () => {
    const handler = succeeds();
    const report = await runOne(handler);
    expect(report.steps.only?.results).toEqual({ step: "only", execution: 1 });
    expect(handler.calls).toEqual([
      expect.objectContaining({ taskId: report.taskId, stepName: "only", attempt: 1, outcome: "returned" }),
    ]);
  });

  test("fail as often as asked, then succeed; each step counts for itself", async () => {
    const handler = failsTimes(2);
    const shape = independentSteps(2);
    const { template } = bindShape(shape, { step_1: handler, step_2: handler });
    const report = await runTask(template, {}, { database });
    expect(report.state).toBe("complete");
    for (const step of Object.values(report.steps)) {
      expect(handler.callsOf(step.stepId).map(({ outcome }) => outcome)).toEqual(["threw", "threw", "returned"]);
    }
  });

  test("fail by chance: the same seed gives the same outcomes", async () => {
    const first = failsAtRandom(0.5, 7);
    const second = failsAtRandom(0.5, 7);
    await runOne(first, { retryLimit: 20 });
    await runOne(second, { retryLimit: 20 });
    expect(outcomes(first)).toEqual(outcomes(second));
    const never = failsAtRandom(0, 7);
    await runOne(never);
    expect(outcomes(never)).toEqual(["returned"]);
  });

  test("fail always: for good at once, or until the attempts are used up", async () => {
    const permanent = await runOne(alwaysFails("permanent"));
    expect(permanent).toMatchObject({ state: "error", steps: { only: { attempts: 1, retryable: false } } });
    expect(permanent.steps.only?.error).toEqual({
      message: "only fails for good",
      errorClass: "PermanentError",
      code: "PLANNED",
    });
    const retryable = await runOne(alwaysFails("retryable"));
    expect(retryable).toMatchObject({ state: "error", steps: { only: { attempts: 3, retryable: true } } });
  });

  test("time out by an error of their own, or by waiting for the deadline on the clock", async () => {
    const thrown = await runOne(timesOut(1));
    expect(thrown).toMatchObject({ state: "complete", elapsedMs: 1_000, steps: { only: { attempts: 2 } } });
    const clock = new ManualClock();
    const waited = await runOne(timesOut(2, { clock }), { timeoutSeconds: 30 }, clock);
    // twice 30 seconds, and backoffs of 1 and 2
    expect(waited).toMatchObject({ state: "complete", elapsedMs: 63_000, steps: { only: { attempts: 3 } } });
    expect(waited.events.find(({ name }) => name === "step.failed")?.payload).toMatchObject({
      error_class: "StepTimeoutError",
      execution_duration: 30,
    });
  });

  test("delay on the clock", async () => {
    const clock = new ManualClock();
    expect(await runOne(delays(3_600_000, clock), {}, clock)).toMatchObject({
      state: "complete",
      elapsedMs: 3_600_000,
    });
    expect(clock.sleeping).toBe(0);
  });

  test("do the work of a step once, whatever happens, and report executions that came after a success", async () => {
    const handler = idempotent();
    const step = { stepId: 1, name: "charge", attempt: 1, executionId: "1.1" };
    const call = () => Reflect.apply(handler.process, null, [{ taskId: 1 }, {}, step]);
    expect(await call()).toEqual({ step: "charge", execution: 1 });
    expect(handler.doubles).toEqual([]);
    expect(await call()).toEqual({ step: "charge", execution: 1 });
    expect(handler.effectsOf(1)).toBe(1);
    expect(handler.doubles).toEqual([expect.objectContaining({ stepId: 1, execution: 2 })]);
  });

  test("keep the first result when a step is repeated although its work was done", async () => {
    const released = makeGate();
    const handler = idempotent(async () => {
      await released.promise;
      return "charged";
    });
    const template = graphTemplate("only", { run: (...args) => handler.process(...args) });
    const first = await startEngine(database, [template]);
    const { taskId } = await first.engine.submit({ name: "graph", context: {} });
    await until(() => handler.calls.length === 1, "the first execution");
    // The step is given back while its handler goes on, and ends too late for anybody to store what it did.
    await first.engine.stop({ graceMs: 0 });
    released.open();
    await until(() => handler.calls[0]?.outcome === "returned", "the end of the first execution");
    const second = await startEngine(database, [template]);
    expect(await second.engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(handler.effectsOf(handler.calls[0]?.stepId ?? 0)).toBe(1);
    expect(handler.doubles).toEqual([expect.objectContaining({ execution: 2, attempt: 1, value: "charged" })]);
  });
});
