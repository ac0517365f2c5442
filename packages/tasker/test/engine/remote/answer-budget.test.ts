import { expect, test } from "vitest";
import { AnswerBudget } from "../../../src/engine/remote/answer-budget.ts";
import { expectCleanAuditTrail } from "../../support/audit-trail.ts";
import { graphTemplate, startEngine, until, useDatabase } from "../../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { TestWorker } from "./test-worker.ts";

test("an answer has as many steps as fit, at least one; the next call starts as many as that leads to expect", () => {
  const budget = new AnswerBudget();
  expect([budget.most(10), budget.most(1_000)]).toEqual([10, 250]);
  const large = Array.from({ length: 10 }, () => "x".repeat(1_500_000));
  expect(budget.fit(large)).toBe(5);
  expect(budget.most(1_000)).toBe(5);
  expect(budget.fit(["x".repeat(9_000_000)])).toBe(1);
  expect(budget.most(1_000)).toBe(1);
  // What was large need not be so for ever.
  for (let answers = 0; answers < 100; answers += 1) budget.fit(["x"]);
  expect(budget.most(1_000)).toBe(1_000);
});

describeOnPostgres("steps whose tasks are large", () => {
  test("come in several answers: what does not fit is given back, is no attempt, and comes with a later one", async () => {
    const database = await useDatabase(openTestDatabase);
    const { engine } = await startEngine(database, [graphTemplate("a", { steps: { a: { queue: "python" } } })]);
    const worker = await TestWorker.register(engine);
    const context = { text: "x".repeat(950_000) };
    const tasks = await engine.submitMany(
      Array.from({ length: 12 }, (_, place) => ({ name: "graph", context, idempotencyKey: `${place}` })),
    );
    const offers = () => database.query("select from tasker_ready_steps");
    await until(async () => (await offers()).length === tasks.length, "the offers");
    const answers: number[] = [];
    for (let done = 0; done < tasks.length; ) {
      const steps = await worker.poll({ capacity: 100 });
      answers.push(steps.length);
      for (const { execution_id: id, step } of steps) {
        expect(step.attempt).toBe(1);
        await worker.complete(id, null);
        done += 1;
      }
    }
    expect(answers[0]).toBe(8);
    for (const { taskId } of tasks) expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    await expectCleanAuditTrail(database);
  });
});
