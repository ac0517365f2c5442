import { randomBytes } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { readWholeTask } from "../../src/cli/progress/read-whole-task.ts";
import { ROUTES } from "../../src/client/index.ts";
import type { JsonValue } from "../../src/json/json-value.ts";
import { readTaskDetails } from "../../src/reading/task/task-details.ts";
import { graphTemplate, makeEngine } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { type ServeOptions, serve } from "./support/serve.ts";
import { serveTokens } from "./support/serve-tokens.ts";

async function serveTasks(count: number) {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  const made = await serve(database, { templates: [graphTemplate("a -> b")] });
  const tasks = Array.from({ length: count }, (_, place) => ({ name: "graph", context: { place } }));
  await made.client.call(ROUTES.createTasks, { body: { tasks } });
  return made;
}

const REUSED = { status: 422, problem: { code: "TASKER_IDEMPOTENCY_KEY_REUSED" } };

describeOnPostgres("an idempotency key", () => {
  const open = async (options: ServeOptions = {}) => {
    const database = await openTestDatabase();
    onTestFinished(() => database.close());
    const templates = ["1.0.0", "1.1.0"].map((version) => graphTemplate("a -> b", { version }));
    const { client } = await serve(database, { templates, ...options });
    type Body = { context?: Record<string, JsonValue>; version?: string; priority?: number; correlation_id?: string };
    const create = (key: string, body: Body & { initiator?: string; tags?: string[] } = {}) =>
      client.call(ROUTES.createTask, {
        headers: { "idempotency-key": key },
        body: { name: "graph", context: { order: 7 }, ...body },
      });
    return { database, client, create };
  };

  test("gives the task of the same request, and is refused for another one", async () => {
    const { create, database } = await open();
    await create("k", { version: "1.0.0", context: { a: 1.5, b: [null, { c: "x" }] } });
    const again = { context: { b: [null, { c: "x" }], a: 1.5 }, initiator: "another", tags: ["t"] };
    // Without a version, that of the task is as good as any.
    expect(await create("k", again)).toEqual({ task_id: 1, created: false });
    expect(await create("k", { ...again, version: "1.0.0" })).toEqual({ task_id: 1, created: false });
    for (const other of [
      { ...again, version: "1.1.0" },
      { ...again, context: { a: 1.5 } },
      { ...again, priority: 1 },
      { ...again, correlation_id: "c" },
    ])
      await expect(create("k", other)).rejects.toMatchObject(REUSED);
    expect(await database.query("select from tasker_tasks")).toHaveLength(1);
  });

  test("for which two ask at once is that of one of them", async () => {
    const { create, database } = await open();
    const results = await Promise.allSettled([7, 8, 7, 8, 7, 8].map((order) => create("k", { context: { order } })));
    const [{ order } = { order: 0 }] = await database.query(
      "select (context ->> 'order')::int as order from tasker_tasks",
    );
    const given = results.map((result, place) => ({ status: result.status, wanted: place % 2 === 0 ? 7 : 8 }));
    for (const { status, wanted } of given) expect(status).toBe(wanted === order ? "fulfilled" : "rejected");
    for (const result of results) if (result.status === "rejected") expect(result.reason).toMatchObject(REUSED);
  });

  test("of a list that is refused leaves nothing of the list", async () => {
    const { client, create, database } = await open();
    await create("known");
    const task = (key: string, order = 7) => ({ name: "graph", context: { order }, idempotency_key: key });
    const batch = (...tasks: ReturnType<typeof task>[]) => client.call(ROUTES.createTasks, { body: { tasks } });
    await expect(batch(task("new"), task("known", 8))).rejects.toMatchObject(REUSED);
    await expect(batch(task("new"), task("new", 8))).rejects.toMatchObject(REUSED);
    expect(await database.query("select from tasker_tasks")).toHaveLength(1);
    const { tasks } = await batch(task("new"), task("known"), task("new"));
    expect(tasks.map(({ created }) => created)).toEqual([true, false, false]);
  });

  test("is compared by what an encrypted context means", async () => {
    const database = await openTestDatabase();
    onTestFinished(() => database.close());
    const keys = [{ id: "one", key: randomBytes(32).toString("base64") }];
    const { engine } = makeEngine(database, [graphTemplate("a")], { encryption: { keys } });
    const ask = (order: number) =>
      engine.submit({ name: "graph", context: { order }, idempotencyKey: "k" }, { refuseOthers: true });
    expect(await ask(7)).toMatchObject({ created: true });
    expect(await ask(7)).toMatchObject({ created: false });
    await expect(ask(8)).rejects.toThrow("another context");
    const rows = await database.query("select context ? 'order' as plain from tasker_tasks");
    expect(rows).toEqual([{ plain: false }]);
  });
});

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

  test("of many and large values are told in part, which is said", async () => {
    const { client, database } = await serveTasks(1);
    await database.execute(`
      update tasker_workflow_steps set results = jsonb_build_object('v', repeat('x', 5000000));
      insert into tasker_annotation_types (name, created_at, updated_at) values ('note', now(), now());
      insert into tasker_task_annotations (task_id, annotation_type_id, annotation, created_at, updated_at)
      select 1, 1, '{}', now(), now() from generate_series(1, 1001)`);
    const task = await client.call(ROUTES.getTask, { params: { task_id: 1 } });
    expect(task.truncated).toEqual(["annotations"]);
    expect(task.annotations).toHaveLength(1_000);
    expect(task.steps.map(({ left_out, results }) => [left_out, results === null])).toEqual([
      [false, false],
      [true, true],
    ]);
    const whole = await client.call(ROUTES.getStep, { params: { task_id: 1, step: "b" } });
    expect(JSON.stringify(whole.results)).toHaveLength(5_000_008);
    // Pages end early instead.
    const first = await client.call(ROUTES.listSteps, { params: { task_id: 1 } });
    expect(first.steps.map(({ name }) => name)).toEqual(["a"]);
    const query = { cursor: first.next_cursor ?? undefined };
    const second = await client.call(ROUTES.listSteps, { params: { task_id: 1 }, query });
    expect([second.steps.map(({ name }) => name), second.next_cursor]).toEqual([["b"], null]);
    const shown = await readWholeTask(client, 1);
    expect(shown.steps.map(({ name, depends_on, results }) => [name, depends_on, results === null])).toEqual([
      ["a", [], false],
      ["b", ["a"], false],
    ]);
    expect(shown.edges).toEqual(task.edges);
  });

  test("have whoever asks as their initiator, unless the request names one", async () => {
    const database = await openTestDatabase();
    onTestFinished(() => database.close());
    const { clientOf } = await serveTokens(database, { templates: [graphTemplate("a")] });
    const client = await clientOf({ name: "shop", permissions: ["tasker.task:*"] });
    const body = { name: "graph", context: {} };
    await client.call(ROUTES.createTask, { body });
    await client.call(ROUTES.createTasks, { body: { tasks: [body, { ...body, initiator: "ada" }] } });
    const { tasks } = await client.call(ROUTES.listTasks, { query: { order: "task_id" } });
    expect(tasks.map(({ initiator }) => initiator)).toEqual(["shop", "shop", "ada"]);
  });

  test("are bounded in each kind of things that are told of them", async () => {
    const { database, engine } = await serveTasks(1);
    await engine.actions.cancelTask(1, { actor: "test", reason: "test" });
    const bounds = { things: 1, bytes: 1_000 };
    const { steps, edges, truncated } = await readTaskDetails(database, 1, undefined, "all", bounds);
    expect([steps.map(({ name }) => name), edges.length, truncated]).toEqual([["a"], 1, ["steps", "transitions"]]);
    expect((await readTaskDetails(database, 1)).truncated).toEqual([]);
  });
});
