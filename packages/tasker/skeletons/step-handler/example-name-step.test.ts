import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Database, defineTask } from "tasker";
import { openMemoryDatabase, runTask } from "tasker/testing";
import { ExampleNameStep } from "./example-name-step.ts";

const template = defineTask({ name: "example_name" })
  .step("only", { handler: ExampleNameStep, handlerConfig: { limit: 2 } })
  .build();

let database: Database;

before(async () => {
  database = await openMemoryDatabase();
});

after(() => database.close());

test("it stores what it has done", async () => {
  const { state, steps } = await runTask(template, { items: ["a", "b"] }, { database });
  const { only } = steps;
  assert.equal(state, "complete");
  assert.deepEqual(only?.results, { done: [`${only?.stepId}-a`, `${only?.stepId}-b`] });
});

test("it does not try again what would fail again", async () => {
  const { state, steps } = await runTask(template, { items: ["a", "b", "c"] }, { database });
  const { only } = steps;
  assert.equal(state, "error");
  assert.equal(only?.attempts, 1);
});
