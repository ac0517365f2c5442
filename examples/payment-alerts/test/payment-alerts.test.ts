import { type Database, loadTemplateFile } from "tasker";
import { openMemoryDatabase } from "tasker/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runPayments } from "../src/run-payments.ts";

describe("alerts of payments", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openMemoryDatabase();
  });
  afterAll(() => database.close());

  test("tell people what became of each, although nobody listened while it ran", async () => {
    const told = await runPayments(database);
    expect(told.filter((line) => line.startsWith("order 1"))).toEqual([
      "order 1: not yet, the gateway is busy",
      "order 1: 20 charged",
    ]);
    expect(told.filter((line) => line.startsWith("order 2"))).toEqual([
      "order 2: not yet, the gateway is busy",
      "order 2: call the customer, the card was declined",
    ]);
  });
});

test("the template declares the events", async () => {
  const { steps } = await loadTemplateFile(new URL("../payment.yaml", import.meta.url).pathname);
  expect(steps.flatMap(({ customEvents }) => customEvents.map(({ name, condition }) => [name, condition]))).toEqual([
    ["payment.charged", null],
    ["payment.delayed", "retryable"],
    ["payment.failed", "permanent"],
  ]);
});
