import { expect, test } from "vitest";
import { Reading } from "../../../src/reading/reading.ts";
import { createTestEngine } from "../../../src/testing/run/test-engine.ts";
import { graphTemplate, readStep, useDatabase } from "../../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";

describeOnPostgres("where a task and a step belong", () => {
  test("is told by their ids; of what there is not, nothing", async () => {
    const database = await useDatabase(openTestDatabase);
    const { engine } = createTestEngine({ database, templates: [graphTemplate("a", { namespace: "payments" })] });
    const { taskId } = await engine.submit({ name: "graph", namespace: "payments", context: {} });
    const { workflow_step_id: stepId } = await readStep(database, taskId, "a");
    const reading = new Reading({ database });
    expect(await reading.namespaceOfTask(taskId)).toBe("payments");
    expect(await reading.placeOfStep(Number(stepId))).toEqual({ taskId, namespace: "payments" });
    expect(await reading.namespaceOfTask(taskId + 1)).toBeNull();
    expect(await reading.placeOfStep(Number(stepId) + 1)).toBeNull();
  });
});
