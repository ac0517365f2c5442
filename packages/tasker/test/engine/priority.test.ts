import { expect, test } from "vitest";
import { defineTask } from "../../src/handlers/define-task/define-task.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import { graphTemplate, makeEngine, makeGate, startEngine, useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

describeOnPostgres("ready steps", () => {
  test("start by the priority of their step, then in the order in which they became ready", async () => {
    const database = await useDatabase(openTestDatabase);
    const order: string[] = [];
    const run = (name: string) => () => void order.push(name);
    const template = defineTask({ name: "ranked" })
      .step("first", { process: run("first") })
      .step("plain", { process: run("plain"), dependsOn: ["first"] })
      .step("late", { process: run("late"), dependsOn: ["first"], priority: -5 })
      .step("urgent", { process: run("urgent"), dependsOn: ["first"], priority: 32_767 })
      .step("also_plain", { process: run("also_plain"), dependsOn: ["first"] })
      .step("soon", { process: run("soon"), dependsOn: ["first"], priority: 3 })
      .build();
    const { engine } = await startEngine(database, [template], { concurrency: 1 });
    const { taskId } = await engine.submit({ name: "ranked", context: {} });
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(order).toEqual(["first", "urgent", "soon", "plain", "also_plain", "late"]);
    await expectCleanAuditTrail(database);
  });

  test("of a task of higher priority go first, whatever the priority of the step, in whichever lane", async () => {
    const database = await useDatabase(openTestDatabase);
    const order: string[] = [];
    const gate = makeGate();
    const template = graphTemplate("low, high", {
      steps: { high: { priority: 100 } },
      run: async (task, _sequence, step) => {
        order.push(`${task.context.name} ${step.name}`);
        if (task.context.name === "blocker") await gate.promise;
      },
    });
    const { engine, seen } = await startEngine(database, [template], { concurrency: 1 });
    const blocker = await engine.submit({ name: "graph", context: { name: "blocker" }, priority: 3 });
    await seen(({ name }) => name === "step.execution_requested");
    // Ids that follow each other are in different lanes.
    const tasks = await engine.submitMany(
      [0, 1, 2, 1].map((priority, place) => ({
        name: "graph",
        context: { name: `${priority}${"abcd"[place]}` },
        idempotencyKey: `${place}`,
        priority,
      })),
    );
    gate.open();
    for (const { taskId } of [blocker, ...tasks]) {
      expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    }
    expect(order.slice(0, 4)).toEqual(["blocker high", "blocker low", "2c high", "2c low"]);
    // Two tasks of one priority are in two lanes, which take turns.
    expect(order.slice(4, 8).sort()).toEqual(["1b high", "1b low", "1d high", "1d low"]);
    expect(order.indexOf("1b high")).toBeLessThan(order.indexOf("1b low"));
    expect(order.indexOf("1d high")).toBeLessThan(order.indexOf("1d low"));
    expect(order.slice(8)).toEqual(["0a high", "0a low"]);
    await expectCleanAuditTrail(database);
  });

  test("keep the priority of their task when it is claimed and read from the database", async () => {
    const database = await useDatabase(openTestDatabase);
    const order: string[] = [];
    const template = graphTemplate("a", { run: (task) => void order.push(String(task.context.name)) });
    const outside = makeEngine(database, [template]);
    const tasks = await outside.engine.submitMany(
      [0, 9, 5].map((priority) => ({
        name: "graph",
        context: { name: priority },
        idempotencyKey: `${priority}`,
        priority,
      })),
    );
    const { engine } = await startEngine(database, [template], { concurrency: 1 });
    for (const { taskId } of tasks) expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(order).toEqual(["9", "5", "0"]);
  });
});
