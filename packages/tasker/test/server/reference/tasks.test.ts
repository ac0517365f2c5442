import { expect, onTestFinished, test } from "vitest";
import { REFERENCE_ROUTES } from "../../../src/api/reference/index.ts";
import { graphTemplate } from "../../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { type ServeOptions, serve } from "../support/serve.ts";
import { auditOf } from "../support/serve-tokens.ts";
import { ask, makeToken, WITH_TOKENS } from "../support/tokens.ts";

const SCHEMA = { type: "object", required: ["order"] };

async function serveTasks(count: number, options: ServeOptions = {}) {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  const templates = ["shop", "billing"].map((namespace) =>
    graphTemplate("a -> b, a -> c", { namespace, contextSchema: SCHEMA }),
  );
  const made = await serve(database, { templates, ...options });
  for (let order = 1; order <= count; order++) {
    await made.engine.submit({ name: "graph", namespace: "shop", context: { order }, initiator: `buyer ${order}` });
  }
  return made;
}

const send = (method: string, body: unknown): RequestInit => ({
  method,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

describeOnPostgres("tasks at the reference's paths", () => {
  test("are listed by a column, a page at a time, with bounded limits", async () => {
    const { client, engine, url } = await serveTasks(3);
    const list = async (query: { limit?: number; offset?: number; sort_by?: string; sort_order?: "asc" | "desc" }) =>
      (await client.call(REFERENCE_ROUTES.listTasks, { query })).tasks.map(({ task_id }) => task_id);
    expect(await list({})).toEqual([1, 2, 3]);
    expect(await list({ limit: 2, offset: 1 })).toEqual([2, 3]);
    expect(await list({ sort_by: "initiator", sort_order: "desc" })).toEqual([3, 2, 1]);
    expect(await list({ sort_by: "nothing" })).toEqual([1, 2, 3]);
    // Their order would tell of values that are hidden.
    await engine.submit({ name: "graph", namespace: "shop", context: { order: 0 } });
    expect(await list({ sort_by: "context" })).toEqual([1, 2, 3, 4]);
    for (const limit of ["0", "201", "many"]) {
      const { status, body } = await ask(`${url}/tasks?limit=${limit}`);
      expect(status).toBe(400);
      expect(body).toMatchObject({ error: { limit: [expect.any(String)] } });
    }
  });

  test("are shown with steps, and with what is known of their graph if that is asked for", async () => {
    const { client } = await serveTasks(1);
    const show = (include_dependencies?: string) =>
      client.call(REFERENCE_ROUTES.getTask, { params: { task_id: 1 }, query: { include_dependencies } });
    const { task } = await show();
    expect(task).toMatchObject({ full_name: "shop.graph@1.0.0", status: "pending", context: { order: 1 } });
    expect(task.workflow_steps.map(({ name, status, parents_ids }) => [name, status, parents_ids])).toEqual([
      ["a", "pending", []],
      ["b", "pending", [1]],
      ["c", "pending", [1]],
    ]);
    expect(task.dependency_analysis).toBeUndefined();
    expect((await show("false")).task.dependency_analysis).toBeUndefined();
    expect((await show("1")).task.dependency_analysis).toMatchObject({
      dependency_graph: { nodes: [{ name: "a" }, { name: "b" }, { name: "c" }] },
      task_execution_summary: { total_steps: 3, total_dependencies: 2, overall_health: "healthy" },
    });
  });

  test("are created, and refused with what is wrong with each field", async () => {
    const { client, url } = await serveTasks(0);
    const body = { task: { name: "graph", namespace: "shop", context: { order: 7 }, tags: ["x"], strange: 1 } };
    const { task } = await client.call(REFERENCE_ROUTES.createTask, { body });
    expect(task).toMatchObject({ task_id: 1, tags: ["x"], context: { order: 7 } });
    const create = (given: unknown) => ask(`${url}/tasks`, null, send("POST", given));
    const nameless = { status: 400, body: { error: "invalid parameters: requires task name" } };
    expect(await create({ task: { context: {} } })).toMatchObject(nameless);
    expect(await create({ context: {} })).toMatchObject({ status: 400 });
    expect(await create({ task: { name: "grph", namespace: "shop", context: {} } })).toMatchObject({
      status: 400,
      body: { error: { name: [expect.stringContaining("grph")] } },
    });
    expect(await create({ task: { name: "graph", namespace: "shop", context: {} } })).toMatchObject({
      status: 400,
      body: { error: { context: [expect.stringContaining("order")] } },
    });
    expect(await create({ task: { name: "graph", namespace: "shop" } })).toMatchObject({
      status: 422,
      body: { error: { context: ["expected an object"] } },
    });
    expect(await create({ task: { name: 7, context: "x", tags: "y" } })).toMatchObject({
      status: 422,
      body: { error: { name: ["expected a text"], context: [expect.any(String)], tags: ["expected a list"] } },
    });
  });

  test("of the same identity are one, and the second request is told which", async () => {
    const { url } = await serveTasks(0, { engine: { identity: { strategy: "hash" } } });
    const body = { task: { name: "graph", namespace: "shop", context: { order: 7 } } };
    const create = () => ask(`${url}/tasks`, null, send("POST", body));
    expect((await create()).status).toBe(201);
    expect(await create()).toMatchObject({
      status: 409,
      body: { error: { identity: [expect.any(String)] }, task_id: 1 },
    });
  });

  test("that are not there are 404, also those whose ids cannot be", async () => {
    const { url } = await serveTasks(0);
    for (const id of ["99", "0", "abc"]) {
      const change = send("PATCH", { task: { reason: "x" } });
      for (const init of [{}, change, { ...change, method: "PUT" }, { method: "DELETE" }]) {
        expect(await ask(`${url}/tasks/${id}`, null, init)).toMatchObject({
          status: 404,
          body: { error: "Not Found" },
        });
      }
    }
  });

  test("are changed by either method, and that stands in the audit log", async () => {
    const { client, url, database } = await serveTasks(1);
    const params = { task_id: 1 };
    const body = { task: { reason: "gift", tags: ["red", "blue"] } };
    const { task } = await client.call(REFERENCE_ROUTES.updateTask, { params, body });
    expect(task).toMatchObject({ reason: "gift", tags: ["red", "blue"] });
    const put = await client.call(REFERENCE_ROUTES.putTask, { params, body: { task: { reason: "unknown" } } });
    expect(put.task).toMatchObject({ reason: "unknown", tags: ["red", "blue"] });
    const bad = await ask(`${url}/tasks/1`, null, send("PATCH", { task: { tags: "red" } }));
    expect(bad).toMatchObject({ status: 422, body: { error: { tags: ["expected a list"] } } });
    expect(await auditOf(database, "tasker.task")).toMatchObject([
      { action: "task.update", id: "1" },
      { action: "task.update", id: "1" },
    ]);
  });

  test("are cancelled, which can be asked for twice", async () => {
    const { client, url } = await serveTasks(1);
    const cancel = () => client.call(REFERENCE_ROUTES.cancelTask, { params: { task_id: 1 } });
    expect([await cancel(), await cancel()]).toEqual([{ cancelled: true }, { cancelled: true }]);
    expect((await ask(`${url}/tasks/99`, null, { method: "DELETE" })).status).toBe(404);
  });

  test("are for those who may, in their namespaces; cancelling takes the permission to cancel, or to destroy", async () => {
    const { url, database } = await serveTasks(1, { auth: WITH_TOKENS });
    const path = `${url}/tasks/1`;
    expect((await ask(`${url}/tasks`)).status).toBe(401);
    const elsewhere = await makeToken(database, ["tasker.task:index", "tasker.task:show"], ["billing"]);
    expect((await ask(`${url}/tasks`, elsewhere)).body).toEqual({ tasks: [] });
    expect((await ask(path, elsewhere)).status).toBe(404);
    const reader = await makeToken(database, ["tasker.task:index", "tasker.task:show"], ["shop"]);
    expect((await ask(`${url}/tasks`, reader)).body).toMatchObject({ tasks: [{ task_id: 1 }] });
    expect((await ask(path, reader)).status).toBe(200);
    expect((await ask(path, reader, send("PATCH", { task: { reason: "x" } }))).status).toBe(403);
    expect((await ask(path, reader, { method: "DELETE" })).status).toBe(403);
    const creation = { task: { name: "graph", namespace: "shop", context: { order: 1 } } };
    const creator = await makeToken(database, ["tasker.task:create"], ["billing"]);
    expect((await ask(`${url}/tasks`, creator, send("POST", creation))).status).toBe(403);
    for (const permission of ["tasker.task:cancel", "tasker.task:destroy"]) {
      const token = await makeToken(database, [permission], ["shop"]);
      expect((await ask(path, token, { method: "DELETE" })).status).toBe(200);
    }
  });
});
