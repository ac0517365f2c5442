import { expect, test } from "vitest";
import { z } from "zod";
import type { Database } from "../../src/database/database.ts";
import { PermanentError } from "../../src/errors/index.ts";
import type { TaskerEvent } from "../../src/events/event.ts";
import { bindTemplate } from "../../src/handlers/bind-template.ts";
import type { StepExecution, StepSequence, TaskView } from "../../src/handlers/execution.ts";
import { StepHandler } from "../../src/handlers/step-handler.ts";
import { parseTemplate } from "../../src/templates/parse-template.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import { customEvent } from "../support/custom-event.ts";
import {
  graphTemplate,
  makeGate,
  readStep,
  readTransitions,
  startEngine,
  transitionAsRails,
  until,
  useDatabase,
} from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

type Run = (task: TaskView, sequence: StepSequence, step: StepExecution) => unknown;

/** A started engine with one step `a` that declares `order.paid` and `order.refused`, and what it told. */
async function begin(run: Run, options: { readonly maxValueBytes?: number } = {}) {
  const database = await useDatabase(openTestDatabase);
  const customEvents = ["order.paid", "order.refused"].map((name) => customEvent(name));
  const template = graphTemplate("a", { namespace: "shop", steps: { a: { customEvents } }, run });
  const under = await startEngine(database, [template], options);
  const told: TaskerEvent[] = [];
  under.engine.on("order.*", (event) => told.push(event));
  const request = { namespace: "shop", name: "graph", context: {}, correlationId: "cor-1" };
  const { taskId } = await under.engine.submit(request);
  return {
    ...under,
    taskId,
    told,
    order: () => under.events.map(({ name }) => name),
    step: () => readStep(database, taskId, "a"),
  };
}

const storedEvents = (database: Database) =>
  database.query(`select kind, name, event_id, task_id, workflow_step_id, seq, payload, occurred_at, created_at
    from tasker_events order by seq`);

const seqOf = (row: Record<string, unknown> | undefined) =>
  z.object({ metadata: z.object({ seq: z.number() }) }).parse(row).metadata.seq;

describeOnPostgres("an event that a handler publishes", () => {
  test("is told after the commit of a success, after the event of that success, with all that identifies it", async () => {
    const payload = { total: 108, paidAt: new Date(0) };
    const { engine, database, clock, taskId, told, order, step } = await begin((_task, _sequence, execution) => {
      execution.publishEvent("order.paid", payload);
      payload.total = 0;
      execution.publishEvent("order.paid");
    });
    const seen = new Promise<unknown>((resolve) => {
      engine.on("order.paid", () => resolve(step()));
    });
    await engine.settled(taskId);
    expect(told).toEqual([
      {
        id: expect.stringMatching(/^custom:.+:0$/),
        name: "order.paid",
        at: clock.now(),
        taskId,
        namespace: "shop",
        taskName: "graph",
        version: "1.0.0",
        correlationId: "cor-1",
        stepId: (await step()).workflow_step_id,
        stepName: "a",
        payload: { total: 108, paidAt: "1970-01-01T00:00:00.000Z" },
      },
      { ...told[0], id: told[0]?.id.replace(/0$/, "1"), payload: {} },
    ]);
    expect(order()).toEqual([
      "task.initialize_requested",
      "task.start_requested",
      "step.execution_requested",
      "step.completed",
      "order.paid",
      "order.paid",
      "task.completed",
    ]);
    expect(await seen).toMatchObject({ state: "complete" });
    const [, end] = await readTransitions(database, taskId, "a");
    expect(await storedEvents(database)).toEqual(
      told.map(({ id, name, payload, stepId }, position) => ({
        kind: 0,
        name,
        event_id: id,
        task_id: taskId,
        workflow_step_id: stepId,
        seq: seqOf(end) + 1 + position,
        payload,
        occurred_at: new Date(clock.now()),
        created_at: end?.created_at,
      })),
    );
    await expectCleanAuditTrail(database);
  });

  test("is told of failed attempts too, of each once", async () => {
    const { engine, database, clock, taskId, told, seen } = await begin((_task, _sequence, step) => {
      step.publishEvent("order.refused", { attempt: step.attempt });
      throw step.attempt === 1 ? new Error("later") : new PermanentError("never");
    });
    await seen(({ name }) => name === "step.failed");
    clock.advance(1_000);
    await engine.settled(taskId);
    expect(told.map(({ payload }) => payload)).toEqual([{ attempt: 1 }, { attempt: 2 }]);
    expect((await storedEvents(database)).map(({ payload }) => payload)).toEqual([{ attempt: 1 }, { attempt: 2 }]);
  });

  test("is written with the other outcomes of a batch, each behind its own", async () => {
    const database = await useDatabase(openTestDatabase);
    const names = ["a", "b", "c"];
    const customEvents = [customEvent("order.paid")];
    const template = graphTemplate("a, b, c", {
      steps: Object.fromEntries(names.map((name) => [name, { customEvents }])),
      run: (_task, _sequence, step) => {
        step.publishEvent("order.paid", { step: step.name, first: true });
        step.publishEvent("order.paid", { step: step.name, first: false });
      },
    });
    const { engine } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await engine.settled(taskId);
    const stored = await storedEvents(database);
    expect(stored).toHaveLength(6);
    for (const name of names) {
      const [, end] = await readTransitions(database, taskId, name);
      expect(stored.filter(({ seq }) => seq === seqOf(end) + 1 || seq === seqOf(end) + 2)).toMatchObject([
        { payload: { step: name, first: true }, workflow_step_id: end?.workflow_step_id },
        { payload: { step: name, first: false } },
      ]);
    }
    const [{ seqs } = {}] = await database.query(
      `select count(distinct seq) = count(*) as seqs from (
         select (metadata ->> 'seq')::int8 as seq from tasker_workflow_step_transitions
         union all select (metadata ->> 'seq')::int8 from tasker_task_transitions
         union all select seq from tasker_events
       ) q`,
    );
    expect(seqs).toBe(true);
  });

  test("that is not declared is an error, which names the nearest declared one", async () => {
    const { engine, taskId, told, step } = await begin((_task, _sequence, execution) => {
      try {
        execution.publishEvent("order.payed");
      } catch (error) {
        throw new PermanentError(String(error), { errorCode: "CAUGHT" });
      }
    });
    await engine.settled(taskId);
    expect(told).toEqual([]);
    expect(await step()).toMatchObject({
      results: {
        error_code: "CAUGHT",
        error: expect.stringMatching(/UndeclaredEventError: .*"order.payed".*did you mean "order.paid"/),
      },
    });
  });

  test.each([
    ["no object", [1], "is no object"],
    [
      "too large, together with the others of the attempt",
      { text: "x".repeat(60) },
      "71 bytes of JSON, expected at most 49",
    ],
  ])("with a payload that is %s is an error", async (_what, payload, message) => {
    const run: Run = (_task, _sequence, step) => {
      step.publishEvent("order.paid", { text: "x".repeat(40) });
      step.publishEvent("order.paid", payload);
    };
    const { engine, taskId, step, told } = await begin(run, { maxValueBytes: 100 });
    expect(await engine.settled(taskId)).toMatchObject({ state: "error" });
    expect(await step()).toMatchObject({ results: { error: expect.stringMatching(message) }, retryable: false });
    // What came before it was published.
    expect(told).toHaveLength(1);
  });

  test("is not told of an attempt that somebody else has made void", async () => {
    const gate = makeGate();
    const { engine, database, taskId, told, order, step } = await begin(async (_task, _sequence, execution) => {
      execution.publishEvent("order.paid");
      await gate.promise;
    });
    await until(() => order().includes("step.execution_requested"), "the start");
    await transitionAsRails(database, { stepId: (await step()).workflow_step_id }, "cancelled");
    gate.open();
    await engine.settled(taskId);
    expect(told).toEqual([]);
    expect(await storedEvents(database)).toEqual([]);
  });

  test("is not told of an interrupted attempt, which is made again", async () => {
    const { engine, database, taskId, told, order } = await begin((_task, _sequence, step) => {
      step.publishEvent("order.paid");
      return new Promise(() => {});
    });
    await until(() => order().includes("step.execution_requested"), "the start");
    await engine.stop({ graceMs: 0 });
    expect(taskId).toBeGreaterThan(0);
    expect(told).toEqual([]);
    expect(await storedEvents(database)).toEqual([]);
  });

  test("after the attempt has ended is an error, and nothing is told", async () => {
    let late: StepExecution | undefined;
    const { engine, taskId, told } = await begin((_task, _sequence, step) => {
      late = step;
    });
    await engine.settled(taskId);
    expect(() => late?.publishEvent("order.paid")).toThrow("after its attempt had ended");
    expect(told).toEqual([]);
  });

  test("may be declared by the handler's class alone, also when the task runs a definition of before", async () => {
    class Pay extends StepHandler {
      static customEventConfiguration = () => [{ name: "order.paid" }];
      override process(_task: TaskView, _sequence: StepSequence, step: StepExecution) {
        step.publishEvent("order.paid");
        step.publishEvent("order.booked");
      }
    }
    const text =
      "name: order\nstep_templates: [{name: pay, handler_class: Pay, custom_events: [{name: order.booked}]}]";
    const database = await useDatabase(openTestDatabase);
    const under = await startEngine(database, [bindTemplate(parseTemplate(text), { Pay })]);
    const told: string[] = [];
    under.engine.on("order.*", ({ name }) => told.push(name));
    const { taskId } = await under.engine.submit({ name: "order", context: {} });
    await under.engine.settled(taskId);
    expect(told).toEqual(["order.paid", "order.booked"]);
    expect(under.registry.customEvents()).toMatchObject([
      { name: "order.booked", category: "custom", description: "Custom event from Pay", firedBy: ["Pay"] },
      { name: "order.paid", category: "custom", description: "Custom event from Pay", firedBy: ["Pay"] },
    ]);
  });
});
