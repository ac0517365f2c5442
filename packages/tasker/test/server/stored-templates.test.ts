import { expect, onTestFinished, test } from "vitest";
import { ROUTES } from "../../src/client/index.ts";
import { bindTemplate } from "../../src/handlers/bind-template.ts";
import { parseTemplateObject } from "../../src/templates/parse-template.ts";
import { graphTemplate, makeEngine, until } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { serve } from "./support/serve.ts";
import { refusalOf } from "./support/serve-tokens.ts";

const CHECKED = bindTemplate(
  parseTemplateObject({
    name: "checked",
    schema: { type: "object", required: ["order"], properties: { order: { type: "integer" } } },
    step_templates: [{ name: "a", handler_class: "a" }],
  }),
  { a: () => null },
);

/** A server that knows no template, and an engine beside it that runs some. */
async function serveBeside() {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  const worker = makeEngine(database, [
    graphTemplate("a -> b", { version: "1.2.0" }),
    graphTemplate("a", { version: "1.10.0" }),
    graphTemplate("a", { version: "2.0.0" }),
    CHECKED,
  ]);
  await worker.engine.start();
  await worker.engine.publishTemplates();
  /** The state in which a task ends. */
  const settled = async (taskId: number) => {
    let state: string | null = null;
    void worker.engine.settled(taskId).then((outcome) => {
      state = outcome.state;
    });
    await until(() => {
      worker.clock.advance(500);
      return state !== null;
    }, `task ${taskId}`);
    return state;
  };
  return { ...(await serve(database)), database, worker, settled };
}

describeOnPostgres("a server without the code of a template", () => {
  test("creates tasks of it, which the process runs that has the code", async () => {
    const { client, engine, settled } = await serveBeside();
    await engine.start();
    const body = { name: "graph", context: {}, version: "1.2.0" };
    const { task_id: taskId, created } = await client.call(ROUTES.createTask, { body });
    expect(created).toBe(true);
    expect(await settled(taskId)).toBe("complete");
    const { tasks } = await client.call(ROUTES.createTasks, {
      body: { tasks: [body, { ...body, name: "checked", version: "latest", context: { order: 1 } }] },
    });
    for (const task of tasks) expect(await settled(task.task_id)).toBe("complete");
  });

  test("takes the highest version in a range, and the last definition of it", async () => {
    const { client, database } = await serveBeside();
    const versionOf = async (version?: string) => {
      const body = { name: "graph", context: {}, ...(version === undefined ? {} : { version }) };
      const { task_id } = await client.call(ROUTES.createTask, { body });
      const details = await client.call(ROUTES.getTask, { params: { task_id } });
      return `${details.version} with ${details.steps.length}`;
    };
    expect(await versionOf()).toBe("2.0.0 with 1");
    expect(await versionOf("^1.0.0")).toBe("1.10.0 with 1");
    expect(await versionOf("1.2.0")).toBe("1.2.0 with 2");
    const changed = makeEngine(database, [graphTemplate("a -> b, b -> c", { version: "2.0.0" })]);
    changed.clock.advance(1_000);
    await changed.engine.publishTemplates();
    expect(await versionOf()).toBe("2.0.0 with 3");
  });

  test("checks contexts, and says of what no process has had that it is not known", async () => {
    const { client, url } = await serveBeside();
    const create = (body: { name: string; version?: string; context: Record<string, unknown> }) =>
      refusalOf(client.call(ROUTES.createTask, { body }));
    expect(await create({ name: "checked", context: {} })).toEqual([422, "TASKER_INVALID_CONTEXT"]);
    expect(await create({ name: "nothing", context: {} })).toEqual([422, "TASKER_HANDLER_NOT_FOUND"]);
    expect(await create({ name: "graph", version: "3.x", context: {} })).toEqual([422, "TASKER_HANDLER_NOT_FOUND"]);
    expect(await create({ name: "graph", version: "x.y", context: {} })).toEqual([422, "TASKER_HANDLER_NOT_FOUND"]);
    const post = async (path: string, body: object) => {
      const headers = { "content-type": "application/json" };
      return (await fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(body) })).json();
    };
    expect(await post("/tasks", { task: { name: "graph", context: {} } })).toMatchObject({
      task: { version: "2.0.0" },
    });
    const query = `mutation { createTask(input: { name: "graph", context: {} }) { created } }`;
    expect(await post("/graphql", { query })).toEqual({ data: { createTask: { created: true } } });
  });
});
