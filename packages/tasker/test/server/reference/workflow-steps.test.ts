import { expect, onTestFinished, test } from "vitest";
import { REFERENCE_ROUTES } from "../../../src/api/reference/index.ts";
import { graphTemplate } from "../../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { type ServeOptions, serve } from "../support/serve.ts";
import { ask, makeToken, WITH_TOKENS } from "../support/tokens.ts";

async function serveTasks(options: ServeOptions = {}) {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  const made = await serve(database, { templates: [graphTemplate("a -> b, a -> c")], ...options });
  for (const order of [1, 2]) await made.engine.submit({ name: "graph", context: { order } });
  return made;
}

describeOnPostgres("steps at the reference's paths", () => {
  test("are listed by a column and shown, each below its own task", async () => {
    const { client, url } = await serveTasks();
    const params = { task_id: 1 };
    const query = { sort_by: "workflow_step_id", sort_order: "desc" as const, limit: 2 };
    const { steps } = await client.call(REFERENCE_ROUTES.getStepsByTask, { params, query });
    expect(steps.map(({ name, siblings_ids }) => [name, siblings_ids])).toEqual([
      ["c", [2]],
      ["b", [3]],
    ]);
    const { step } = await client.call(REFERENCE_ROUTES.getStepByTask, { params: { ...params, step_id: 1 } });
    expect(step).toMatchObject({ name: "a", children_ids: [2, 3], parents_ids: [], status: "pending" });
    expect((await ask(`${url}/tasks/2/workflow_steps/1`)).status).toBe(404);
    expect((await ask(`${url}/tasks/99/workflow_steps`)).status).toBe(404);
    expect((await ask(`${url}/tasks/1/workflow_steps/abc`)).status).toBe(404);
    expect((await ask(`${url}/tasks/1/workflow_steps`, null, { method: "POST" })).status).toBe(405);
  });

  test("are changed by either method, cancelled, and refuse what their state does not allow", async () => {
    const { client, url, engine } = await serveTasks();
    const params = { task_id: 1, step_id: 1 };
    const body = { workflow_step: { retry_limit: 9, inputs: { sku: "x" } } };
    const { step } = await client.call(REFERENCE_ROUTES.updateStepByTask, { params, body });
    expect(step).toMatchObject({ retry_limit: 9, inputs: { sku: "x" } });
    const put = await client.call(REFERENCE_ROUTES.putStepByTask, { params, body: { workflow_step: {} } });
    expect(put.step.retry_limit).toBe(9);
    const path = `${url}/tasks/1/workflow_steps/1`;
    const headers = { "content-type": "application/json" };
    const wrong = JSON.stringify({ workflow_step: { retry_limit: 0 } });
    expect(await ask(path, null, { method: "PATCH", headers, body: wrong })).toMatchObject({
      status: 422,
      body: { error: { retry_limit: ["expected at least 1"] } },
    });
    expect(await client.call(REFERENCE_ROUTES.cancelStepByTask, { params })).toEqual({ cancelled: true });
    const note = { actor: "test", reason: "test" };
    await engine.actions.completeStep({ taskId: 2, step: "a" }, null, note);
    const over = await ask(`${url}/tasks/2/workflow_steps/4`, null, { method: "DELETE" });
    expect(over).toMatchObject({ status: 409, body: { error: "Conflict" } });
    expect((await ask(`${url}/tasks/2/workflow_steps/1`, null, { method: "DELETE" })).status).toBe(404);
  });

  test("are for those who may, in their namespaces", async () => {
    const { url, database } = await serveTasks({ auth: WITH_TOKENS });
    const [list, one] = [`${url}/tasks/1/workflow_steps`, `${url}/tasks/1/workflow_steps/1`];
    expect((await ask(list)).status).toBe(401);
    const elsewhere = await makeToken(database, ["tasker.workflow_step:index"], ["elsewhere"]);
    expect((await ask(list, elsewhere)).status).toBe(404);
    const reader = await makeToken(database, ["tasker.workflow_step:index", "tasker.task:show"], ["default"]);
    expect((await ask(list, reader)).status).toBe(200);
    expect((await ask(one, reader)).status).toBe(403);
    expect((await ask(one, reader, { method: "DELETE" })).status).toBe(403);
    const destroyer = await makeToken(database, ["tasker.workflow_step:destroy"], ["default"]);
    expect((await ask(one, destroyer, { method: "DELETE" })).status).toBe(200);
  });
});
