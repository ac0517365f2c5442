import { expect, onTestFinished, test } from "vitest";
import { ROUTES } from "../../src/client/index.ts";
import { graphTemplate } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { serve } from "./support/serve.ts";

describeOnPostgres("operator actions over HTTP", () => {
  test("are done, are done once, are refused with a reason, and stand in the audit log with who asked", async () => {
    const database = await openTestDatabase();
    onTestFinished(() => database.close());
    const { client } = await serve(database, { templates: [graphTemplate("a -> b")] });
    const { task_id } = await client.call(ROUTES.createTask, { body: { name: "graph", context: {} } });
    const params = { task_id };
    const body = { reason: "by a test" };
    expect(await client.call(ROUTES.pauseTask, { params, body })).toMatchObject({ outcome: "done", task_id });
    expect(await client.call(ROUTES.pauseTask, { params, body })).toMatchObject({ outcome: "already" });
    expect(await client.call(ROUTES.resumeTask, { params, body })).toMatchObject({ outcome: "done" });
    const step = { ...params, step: "a" };
    expect(await client.call(ROUTES.editStep, { params: step, body: { ...body, retry_limit: 7 } })).toMatchObject({
      outcome: "done",
      step_name: "a",
    });
    expect(
      await client.call(ROUTES.completeStep, { params: step, body: { ...body, results: { paid: true } } }),
    ).toMatchObject({ outcome: "done" });
    await expect(client.call(ROUTES.retryStep, { params: step, body })).rejects.toMatchObject({
      status: 409,
      problem: { code: "TASKER_ACTION_REFUSED" },
    });
    await expect(client.call(ROUTES.retryStep, { params: { ...params, step: "c" }, body })).rejects.toMatchObject({
      status: 404,
      problem: { code: "TASKER_STEP_NOT_FOUND" },
    });
    expect(await client.call(ROUTES.cancelTask, { params, body })).toMatchObject({ outcome: "done" });
    const task = await client.call(ROUTES.getTask, { params });
    expect(task.steps).toMatchObject([
      { name: "a", state: "resolved_manually", retry_limit: 7, results: { paid: true } },
      { name: "b", state: "cancelled" },
    ]);
    const audit = await database.query(
      "select action, source, actor_kind, request_id from tasker_audit_log order by id",
    );
    expect(audit.map(({ action }) => action)).toEqual([
      "task.pause",
      "task.resume",
      "step.edit",
      "step.complete",
      "task.cancel",
    ]);
    expect(audit[0]).toMatchObject({ source: "rest", actor_kind: "system", request_id: expect.any(String) });
  });
});
