import { expect, test } from "vitest";
import { EVENT_CATALOGUE } from "../../src/events/catalogue/catalogue.ts";
import type { TaskerEvent } from "../../src/events/event.ts";
import { graphTemplate, makeEngine, useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

describeOnPostgres("what a process tells of its work and no row does", () => {
  test("is told once each, with payloads that fit, around the events of the rows", async () => {
    const database = await useDatabase(openTestDatabase);
    const { engine } = makeEngine(database, [graphTemplate("a -> b")]);
    const told: TaskerEvent[] = [];
    engine.on((event) => told.push(event));
    await engine.start();
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await engine.settled(taskId);
    await engine.stop();
    for (const { name, payload } of told) {
      const definition = EVENT_CATALOGUE.get(name);
      expect(definition?.payload.safeParse(payload).error, name).toBeUndefined();
      expect(definition, name).toBeDefined();
    }
    expect(told.map(({ name, stepName }) => (stepName === null ? name : `${name} ${stepName}`))).toEqual([
      "tasker.process.joined",
      "task.initialize_requested",
      "observability.task.enqueue",
      "workflow.task_started",
      "task.start_requested",
      "step.execution_requested a",
      "workflow.viable_steps_discovered",
      "workflow.steps_execution_started",
      "step.before_handle a",
      "step.completed a",
      "step.execution_requested b",
      "workflow.steps_execution_completed",
      "workflow.viable_steps_discovered",
      "workflow.steps_execution_started",
      "step.before_handle b",
      "step.completed b",
      "task.completed",
      "workflow.steps_execution_completed",
      "workflow.task_finalization_started",
      "workflow.task_finalization_completed",
      "tasker.process.left",
    ]);
  });
});
