import type { JsonObject, StepDraft } from "tasker";
import { expect, test } from "vitest";
import { ProcessOrderHandler } from "../../src/handlers/process-order.ts";
import { createSequence, createTask } from "../support/handle-step.ts";
import { ORDER, ORDER_RESULT } from "../support/test-data.ts";

const draft = (name: string, retryLimit: number, timeoutSeconds: number): StepDraft => ({
  name,
  dependsOn: [],
  retryable: true,
  retryLimit,
  skippable: false,
  timeoutSeconds,
  inputs: null,
});

/** The drafts that the hook changes, by name, after it has run. */
function draftsFor(context: JsonObject) {
  const steps = [draft("process_payment", 3, 30), draft("create_order", 3, 15), draft("send_confirmation", 5, 10)];
  new ProcessOrderHandler().establishStepDependenciesAndDefaults(createTask(context), steps);
  return Object.fromEntries(steps.map((step) => [step.name, step]));
}

test("a standard order keeps the template's limits", () => {
  expect(draftsFor(ORDER)).toMatchObject({
    process_payment: { retryLimit: 3, timeoutSeconds: 30 },
    create_order: { inputs: null },
    send_confirmation: { retryLimit: 5, timeoutSeconds: 10 },
  });
});

test("an express order has 15 seconds and one attempt for the payment, two for the mail", () => {
  expect(draftsFor({ ...ORDER, priority: "express" })).toMatchObject({
    process_payment: { retryLimit: 1, timeoutSeconds: 15 },
    create_order: { retryLimit: 3 },
    send_confirmation: { retryLimit: 2, timeoutSeconds: 10 },
  });
});

test("the order of a premium customer has high priority", () => {
  const context = { ...ORDER, customer_info: { email: "a@b", name: "A", tier: "premium" } };
  expect(draftsFor(context)).toMatchObject({ create_order: { inputs: { priority: "high" } } });
});

test("annotates the task with the order's number and total", () => {
  const annotations = new ProcessOrderHandler().updateAnnotations(
    createTask(ORDER),
    createSequence({ create_order: ORDER_RESULT }),
  );
  expect(annotations).toEqual([{ type: "order", value: { order_number: "ORD-20260301-0A1B2C3D", total: 124.76 } }]);
});

test("annotates nothing when the order was resolved by hand", () => {
  const sequence = createSequence({ create_order: null });
  expect(new ProcessOrderHandler().updateAnnotations(createTask(ORDER), sequence)).toEqual([]);
});
