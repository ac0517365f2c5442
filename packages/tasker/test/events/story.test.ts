import { expect, test } from "vitest";
import { PermanentError } from "../../src/errors/index.ts";
import type { TaskerEvent } from "../../src/events/event.ts";
import { eventsOfRows, expectEventsOfRows } from "../support/compare-events.ts";
import { graphTemplate, startEngine, until, useDatabase } from "../support/engine-harness.ts";
import { describeEachDatabase } from "../support/test-database.ts";

const note = { actor: "ada", reason: "seen to it" };
const lineOf = ({ name, stepName }: TaskerEvent) => (stepName === null ? name : `${name} ${stepName}`);

describeEachDatabase("a task with a retry, a permanent failure, a manual resolution and a cancel", (open) => {
  test("is told in exactly these events, once each, as its rows tell them", async () => {
    const database = await useDatabase(open);
    const template = graphTemplate("flaky -> broken, broken -> late", {
      run: (_task, _sequence, { name, attempt }) => {
        if (name === "flaky" && attempt === 1) throw new Error("once");
        if (name === "broken") throw new PermanentError("never", { errorCode: "NEVER" });
      },
      steps: { late: { wait: { kind: "signal", name: "go", timeoutSeconds: null, onTimeout: "fail" } } },
    });
    const { engine, events, clock, seen } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await seen(({ name }) => name === "step.failed");
    clock.advance(1_000);
    expect(await engine.settled(taskId)).toMatchObject({ state: "error" });
    await engine.actions.resolveStep({ taskId, step: "broken" }, note);
    await until(() => {
      clock.advance(500);
      return events.some(({ name }) => name === "step.wait_started");
    }, "the wait");
    await engine.actions.cancelTask(taskId, note);
    await until(() => events.at(-1)?.name === "task.cancelled", "the cancel");

    expect(events.map(lineOf)).toEqual([
      "task.initialize_requested",
      "task.start_requested",
      "step.execution_requested flaky",
      "step.failed flaky",
      "observability.step.backoff flaky",
      "step.retry_requested flaky",
      "step.execution_requested flaky",
      "step.completed flaky",
      "step.execution_requested broken",
      "step.failed broken",
      "task.failed",
      "step.resolved_manually broken",
      "task.retry_requested",
      "task.start_requested",
      "step.execution_requested late",
      "step.wait_started late",
      "step.cancelled late",
      "task.cancelled",
    ]);
    expect(events.find(({ name }) => name === "step.resolved_manually")?.payload).toMatchObject({
      ...note,
      action: "resolve_step",
      resolution: "resolved",
    });
    await expectEventsOfRows(database, events);
    expect([...(await eventsOfRows(database, [taskId])).keys()].sort()).toEqual(events.map(({ id }) => id).sort());
  });
});
