import { expect, test } from "vitest";
import { PermanentError } from "../../src/errors/index.ts";
import type { StepExecution } from "../../src/handlers/execution.ts";
import { type CustomEventDefinition, EVENT_CONDITIONS } from "../../src/templates/custom-event.ts";
import type { StepDefinition } from "../../src/templates/definition.ts";
import type { EventDeclaration } from "../../src/templates/event-declaration.ts";
import { customEvent } from "../support/custom-event.ts";
import { graphTemplate, makeEngine, readStep, useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const DECLARED: EventDeclaration = {
  name: "order.filed",
  description: null,
  payloadSchema: { type: "object", required: ["timestamp"] },
  isStamped: true,
  firedBy: ["Run"],
  source: null,
};

/** Runs a task of one step to its end; gives what was published, as name, payload, and the step's row. */
async function play(
  customEvents: readonly CustomEventDefinition[],
  run: (step: StepExecution) => unknown,
  settings: Partial<StepDefinition> = {},
) {
  const database = await useDatabase(openTestDatabase);
  const steps = { a: { customEvents, ...settings } };
  const template = graphTemplate("a", { steps, run: (_task, _sequence, step) => run(step) });
  const { engine, registry, clock } = makeEngine(database, [template]);
  registry.eventDeclarations.register(DECLARED);
  await engine.start();
  const { taskId } = await engine.submit({ name: "graph", context: { order: { id: 7 } } });
  let isOver = false;
  const over = engine.settled(taskId).then((end) => {
    isOver = true;
    return end;
  });
  while (!isOver) {
    clock.advance(1_000);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const rows = await database.query("select name, payload from tasker_events order by seq");
  return {
    end: await over,
    told: rows.map(({ name, payload }) => [name, payload]),
    step: await readStep(database, taskId, "a"),
  };
}

describeOnPostgres("an event with a condition", () => {
  const each = EVENT_CONDITIONS.map((condition) => customEvent(`is.${condition}`, { condition }));

  test("is published by the engine at each such end of an attempt, with the facts of the attempt", async () => {
    const { told } = await play(each, (step) => {
      if (step.attempt === 1) throw new Error("not yet");
      return { total: 5 };
    });
    const failed = {
      attempt_number: 1,
      error_message: "not yet",
      error_class: "Error",
      error_code: null,
    };
    expect(told).toEqual([
      ["is.failure", failed],
      ["is.retryable", failed],
      ["is.always", failed],
      ["is.success", { attempt_number: 2 }],
      ["is.always", { attempt_number: 2 }],
    ]);
  });

  test.each([
    ["a permanent error", {}, () => new PermanentError("never", { errorCode: "NO" })],
    ["the last attempt", { retryLimit: 1 }, () => new Error("never")],
  ])("tells of %s that no attempt comes after it", async (_what, settings, error) => {
    const { told } = await play(
      each,
      () => {
        throw error();
      },
      settings,
    );
    expect(told.map(([name]) => name)).toEqual(["is.failure", "is.permanent", "is.always"]);
  });

  test("tells of a deadline that has passed", async () => {
    const { told } = await play([customEvent("is.failure", { condition: "failure" })], () => new Promise(() => {}), {
      timeoutSeconds: 1,
      retryLimit: 1,
    });
    expect(told).toMatchObject([["is.failure", { error_code: "TASKER_STEP_TIMEOUT" }]]);
  });

  test("has the payload that its paths lead to; what leads nowhere is left out", async () => {
    const payload = {
      order_id: "context.order.id",
      total: "results.total",
      all: "results",
      attempt: "attempt",
      why: "error.message",
      none: "results.none",
    };
    const events = [
      customEvent("order.paid", { condition: "success", payload }),
      customEvent("order.refused", { condition: "failure", payload }),
    ];
    const { told } = await play(events, (step) => {
      if (step.attempt === 1) throw new Error("busy");
      return { total: 5 };
    });
    expect(told).toEqual([
      ["order.refused", { order_id: 7, attempt: 1, why: "busy" }],
      ["order.paid", { order_id: 7, total: 5, all: { total: 5 }, attempt: 2 }],
    ]);
  });

  test("that the handler publishes itself is told if its condition holds, and not made up besides", async () => {
    const { told } = await play([customEvent("order.paid", { condition: "success" })], (step) => {
      step.publishEvent("order.paid", { attempt: step.attempt });
      if (step.attempt === 1) throw new Error("not yet");
    });
    expect(told).toEqual([["order.paid", { attempt: 2 }]]);
  });
});

describeOnPostgres("the payload of an event", () => {
  const payloadSchema = {
    type: "object",
    required: ["total"],
    properties: { total: { type: "number" }, currency: { type: "string", default: "EUR" } },
  };

  test("gets the defaults of its schema", async () => {
    const { told } = await play([customEvent("order.paid", { payloadSchema })], (step) => {
      step.publishEvent("order.paid", { total: 5 });
    });
    expect(told).toEqual([["order.paid", { total: 5, currency: "EUR" }]]);
  });

  test("that breaks its schema fails the step for good, naming the field", async () => {
    const { end, told, step } = await play([customEvent("order.paid", { payloadSchema })], (execution) => {
      execution.publishEvent("order.paid", { total: "five" });
    });
    expect(end).toMatchObject({ state: "error" });
    expect(told).toEqual([]);
    expect(step).toMatchObject({
      attempts: 1,
      retryable: false,
      results: {
        error:
          'The payload of event order.paid does not match its schema:\ntotal: found "five", expected the type number',
        error_code: "TASKER_INVALID_EVENT_PAYLOAD",
      },
    });
  });

  test("that the engine makes, too: the attempt fails, and events of failures tell of that", async () => {
    const payload = { total: "results.sum" };
    const events = [
      customEvent("order.paid", { payloadSchema, condition: "success", payload }),
      customEvent("order.failed", { condition: "permanent" }),
    ];
    const { told, step } = await play(events, () => ({ total: 5 }));
    const message =
      "The payload of event order.paid does not match its schema:\ntotal: is missing, expected a value, the field is required";
    expect(step).toMatchObject({ state: "error", attempts: 1, results: { error: message } });
    expect(told).toMatchObject([["order.failed", { error_message: message }]]);
  });

  test("of a failure that breaks its schema ends the step for good, and keeps what was wrong at first", async () => {
    const { told, step } = await play([customEvent("order.failed", { payloadSchema, condition: "failure" })], () => {
      throw new Error("the bank is closed");
    });
    expect(told).toEqual([]);
    expect(step).toMatchObject({
      attempts: 1,
      retryable: false,
      results: {
        error: expect.stringMatching(/^the attempt failed: the bank is closed\nThe payload of event order.failed/),
      },
    });
  });
});

describeOnPostgres("an event that is declared apart from templates", () => {
  test("may be published by the handlers that it names, and gets its timestamp", async () => {
    const { told } = await play([], (step) => step.publishEvent("order.filed", { id: 1 }));
    expect(told).toEqual([["order.filed", { id: 1, timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) }]]);
  });

  test("gives its schema to a step that declares the name alone", async () => {
    const { step } = await play([customEvent("order.filed")], (execution) => {
      execution.publishEvent("order.filed", { timestamp: "now" });
      execution.publishEvent("order.field");
    });
    expect(step).toMatchObject({
      attempts: 1,
      results: { error_code: "TASKER_UNDECLARED_EVENT", error: expect.stringContaining('did you mean "order.filed"') },
    });
  });
});
