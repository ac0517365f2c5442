import { expect, onTestFinished, test } from "vitest";
import { ROUTES } from "../../src/client/index.ts";
import { graphTemplate } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { serve } from "./support/serve.ts";
import { refusalOf, serveTokens } from "./support/serve-tokens.ts";
import { ask } from "./support/tokens.ts";

async function openDatabase() {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  return database;
}

describeOnPostgres("what is known of a task over HTTP", () => {
  test("is its graph, its analysis, why it waits, and when it will be done", async () => {
    const { client, engine } = await serve(await openDatabase(), { templates: [graphTemplate("a -> b, a -> c")] });
    const { taskId: task_id } = await engine.submit({ name: "graph", context: { order: 1 } });
    const params = { task_id };
    const graph = await client.call(ROUTES.getTaskGraph, { params });
    expect(graph.edges.map(({ from_name, to_name }) => `${from_name}-${to_name}`)).toEqual(["a-b", "a-c"]);
    expect(await client.call(ROUTES.analyzeTask, { params })).toMatchObject({
      task_id,
      dependency_graph: graph,
      bottlenecks: { task_health: "healthy" },
    });
    const why = await client.call(ROUTES.explainTask, { params });
    expect(why).toMatchObject({ task_id, state: "pending", situation: why.reasons[0]?.situation });
    expect(await client.call(ROUTES.estimateTask, { params })).toMatchObject({ estimate: { remaining_steps: 3 } });
  });

  test("is drawn as a chart, as text of Mermaid, and as a page", async () => {
    const { client, url, engine } = await serve(await openDatabase(), { templates: [graphTemplate("a -> b")] });
    await engine.submit({ name: "graph", context: { order: 1 } });
    expect((await client.call(ROUTES.drawTask, { params: { task_id: 1 } })).nodes).toHaveLength(3);
    const mermaid = await ask(`${url}/v1/tasks/1/diagram?format=mermaid`);
    expect(mermaid.headers.get("content-type")).toBe("text/vnd.mermaid; charset=utf-8");
    expect(mermaid.body).toContain("graph TD");
    const page = await ask(`${url}/v1/tasks/1/diagram?format=html`);
    expect(page.headers.get("content-security-policy")).toContain("style-src 'unsafe-inline'");
    expect(page.body).toContain("<svg");
  });

  test("is for those who may see the task, and is not there for others", async () => {
    const { clientOf, engine } = await serveTokens(await openDatabase(), { templates: [graphTemplate("a")] });
    await engine.submit({ name: "graph", context: { order: 1 } });
    const params = { task_id: 1 };
    const elsewhere = await clientOf({ permissions: ["tasker.task:show"], namespaces: ["elsewhere"] });
    const notThere = [404, "TASKER_TASK_NOT_FOUND"];
    for (const route of [ROUTES.getTaskGraph, ROUTES.analyzeTask, ROUTES.explainTask, ROUTES.estimateTask]) {
      expect(await refusalOf(elsewhere.call(route, { params }))).toEqual(notThere);
    }
    expect(await refusalOf(elsewhere.call(ROUTES.drawTask, { params }))).toEqual(notThere);
    const reader = await clientOf({ permissions: ["tasker.task:show"], namespaces: ["default"] });
    expect((await reader.call(ROUTES.explainTask, { params })).task_id).toBe(1);
    expect(await refusalOf(reader.call(ROUTES.drawTask, { params }))).toEqual([403, "TASKER_FORBIDDEN"]);
  });
});
