import { expect, onTestFinished, test } from "vitest";
import { REFERENCE_ROUTES } from "../../../src/api/reference/index.ts";
import { graphTemplate } from "../../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { type ServeOptions, serve } from "../support/serve.ts";
import { ask, makeToken, WITH_TOKENS } from "../support/tokens.ts";

async function serveTask(options: ServeOptions = {}) {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  const made = await serve(database, { templates: [graphTemplate("a -> b")], ...options });
  const { taskId } = await made.engine.submit({ name: "graph", context: { order: 1 } });
  return { taskId, ...made };
}

describeOnPostgres("diagrams of tasks at the reference's path", () => {
  test("are JSON with links to steps below the same place", async () => {
    const { client, taskId } = await serveTask();
    const chart = await client.call(REFERENCE_ROUTES.getTaskDiagram, { params: { task_id: taskId } });
    expect(chart).toMatchObject({ direction: "TD", title: `Task ${taskId}: graph` });
    expect(chart.nodes.map(({ url }) => url)).toEqual([
      undefined,
      `../../tasks/1/workflow_steps/1`,
      `../../tasks/1/workflow_steps/2`,
    ]);
    expect(chart.edges).toHaveLength(2);
  });

  test("are a page for browsers, whose own styles alone count", async () => {
    const { url, taskId } = await serveTask();
    const { body, headers } = await ask(`${url}/tasks/${taskId}/task_diagrams`, null, {
      headers: { accept: "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8" },
    });
    expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(headers.get("content-security-policy")).toContain("style-src 'unsafe-inline'");
    expect(body).toContain("<!DOCTYPE html>");
  });

  test("are shown to those who may, and are not there for those who see nothing of the namespace", async () => {
    const { url, database, taskId } = await serveTask({ auth: WITH_TOKENS });
    const path = `${url}/tasks/${taskId}/task_diagrams`;
    const status = async (...token: [string[], string[]?]) =>
      (await ask(path, await makeToken(database, ...token))).status;
    expect((await ask(path)).status).toBe(401);
    expect(await status(["tasker.task:show"])).toBe(403);
    expect(await status(["tasker.task_diagram:index"], ["elsewhere"])).toBe(404);
    expect(await status(["tasker.task_diagram:index"], ["default"])).toBe(200);
    const everything = await makeToken(database, ["tasker.task_diagram:index"]);
    expect((await ask(`${url}/tasks/99/task_diagrams`, everything)).status).toBe(404);
  });
});
