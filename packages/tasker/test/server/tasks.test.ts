import { expect, onTestFinished, test } from "vitest";
import { ROUTES } from "../../src/client/index.ts";
import { graphTemplate } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { serve } from "./support/serve.ts";

async function serveTasks(count: number) {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  const made = await serve(database, { templates: [graphTemplate("a -> b")] });
  const tasks = Array.from({ length: count }, (_, place) => ({ name: "graph", context: { place } }));
  await made.client.call(ROUTES.createTasks, { body: { tasks } });
  return made;
}

describeOnPostgres("tasks over HTTP", () => {
  test("are listed page by page, newest first", async () => {
    const { client } = await serveTasks(5);
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await client.call(ROUTES.listTasks, { query: { limit: 2, cursor, total: true } });
      expect(page.total).toBe(5);
      seen.push(...page.tasks.map((task) => task.task_id));
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual([5, 4, 3, 2, 1]);
  });

  test("are filtered by several states and namespaces", async () => {
    const { client, engine } = await serveTasks(2);
    await engine.actions.cancelTask(1, { actor: "test", reason: "test" });
    const list = (query: { state?: ("pending" | "cancelled" | "error")[]; namespace?: string[] }) =>
      client.call(ROUTES.listTasks, { query }).then(({ tasks }) => tasks.map((task) => task.task_id));
    expect(await list({ state: ["cancelled"] })).toEqual([1]);
    expect(await list({ state: ["cancelled", "pending"] })).toEqual([2, 1]);
    expect(await list({ state: ["error"] })).toEqual([]);
    expect(await list({ namespace: ["elsewhere"] })).toEqual([]);
  });

  test("are shown with steps and what happened to them", async () => {
    const { client } = await serveTasks(1);
    const task = await client.call(ROUTES.getTask, { params: { task_id: 1 } });
    expect(task).toMatchObject({ task_id: 1, name: "graph", state: "pending", context: { place: 0 } });
    expect(task.steps.map(({ name, depends_on }) => [name, depends_on])).toEqual([
      ["a", []],
      ["b", ["a"]],
    ]);
  });

  test("that are not there are a problem with a code", async () => {
    const { client } = await serveTasks(1);
    await expect(client.call(ROUTES.getTask, { params: { task_id: 9 } })).rejects.toMatchObject({
      status: 404,
      problem: { code: "TASKER_TASK_NOT_FOUND", detail: "there is no task 9" },
    });
    await expect(client.call(ROUTES.listTasks, { query: { cursor: "nonsense" } })).rejects.toMatchObject({
      status: 400,
    });
  });
});
