import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { TaskNotFoundError } from "../../src/errors/index.ts";
import type { Page } from "../../src/reading/paging/page.ts";
import { Reading } from "../../src/reading/reading.ts";
import { createTestEngine } from "../../src/testing/run/test-engine.ts";
import { graphTemplate } from "../support/engine-harness.ts";
import { describeEachDatabase } from "../support/test-database.ts";

/** All pages of a list, two things each. */
async function allPages<Item>(read: (cursor: string | undefined) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    expect(page.items.length).toBeLessThanOrEqual(2);
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}

describeEachDatabase("what the read side shows", (open) => {
  let database: Database;
  let reading: Reading;
  const [task, child, foreign] = [1, 2, 3];
  const step: Record<string, number> = {};

  // Task 1 of payments is complete and has two children: task 2 of its own namespace, task 3 of another one.
  beforeAll(async () => {
    database = await open();
    const payments = { namespace: "payments", name: "charge", redact: ["context.card", "results.b.token", "inputs.c"] };
    const templates = [
      graphTemplate("a -> b, a -> c, a -> e, b -> d, c -> d", {
        ...payments,
        version: "1.9.0",
        run: (_task, _sequence, { name }) => ({ name, token: "secret" }),
      }),
      graphTemplate("a", { ...payments, version: "1.10.0" }),
      graphTemplate("x", { namespace: "stock", name: "count" }),
    ];
    const { engine } = createTestEngine({ database, templates });
    await engine.start();
    const request = { namespace: "payments", name: "charge", version: "1.9.0" };
    await engine.submit({ ...request, context: { card: "4111", amount: 1 }, tags: ["t"], correlationId: "request-1" });
    await engine.submit({ ...request, version: "1.10.0", context: {} });
    await engine.submit({ namespace: "stock", name: "count", context: {} });
    for (const taskId of [task, child, foreign]) await engine.settled(taskId);
    await engine.stop();
    for (const row of await database.query(`
      select n.name, w.workflow_step_id as id from tasker_workflow_steps w join tasker_named_steps n using (named_step_id)
      where w.task_id = 1`))
      step[String(row.name)] = Number(row.id);
    await database.query(
      "update tasker_task_runs set parent_task_id = 1, parent_step_id = $1 where task_id in (2, 3)",
      [step.b],
    );
    await database.execute(`
      update tasker_workflow_steps set inputs = '{"iban": "DE1"}' where task_id = 1;
      insert into tasker_annotation_types (name, description, created_at, updated_at)
      values ('note', 'of people', now(), now()), ('audit', null, now(), now());
      insert into tasker_task_annotations (task_id, annotation_type_id, annotation, created_at, updated_at)
      values (1, 1, '{"by": "ada"}', now(), now()), (1, 2, '[1]', now(), now()), (3, 1, '{}', now(), now());
      insert into tasker_signals (task_namespace_id, task_id, name, payload, sender, received_at, consumed_at, consumed_by_step_id)
      select 1, id, 'paid', '{"amount": 1}', 'bank', '2026-01-01', case when number = 2 then now() at time zone 'UTC' end,
        case when number = 2 then 1 end
      from unnest('{1,1,1,3}'::int[]) with ordinality as s(id, number);
      insert into tasker_operator_actions (task_id, action, actor, reason, details, created_at)
      values (1, 'pause_task', 'ada', 'a look', '{}', '2026-01-01');
      insert into tasker_processes (host, pid, engine_version, started_at, heartbeat_at, lease_ms, expires_at, progress_at,
        kinds, spare_slots)
      select 'here', number, '1.0.0', now(), now(), 1000, (now() + expiry) at time zone 'UTC', now(),
        array(select k.named_task_id from tasker_named_tasks k where number = 1 or k.name = 'count'), 4
      from (values (1, interval '1 day'), (2, interval '-1 day')) as p(number, expiry);
      insert into tasker_ready_steps (workflow_step_id, task_id, task_namespace_id, named_task_id, owner_id, epoch, revision,
        execution_id, attempt, queue, priority, run_at, offered_at)
      select w.workflow_step_id, w.task_id, k.task_namespace_id, t.named_task_id, 1, 1, 0, w.workflow_step_id, 1, 'default', 0,
        '2026-01-02', make_timestamp(2026, 1, 1, 0, w.workflow_step_id::int, 0)
      from tasker_workflow_steps w join tasker_tasks t using (task_id) join tasker_named_tasks k using (named_task_id)`);
    reading = new Reading({ database, redact: ["results.*.unknown"] });
  });
  afterAll(() => database.close());

  describe("of a task", () => {
    test("is everything that belongs to it, without what its template hides", async () => {
      const details = await reading.taskDetails(task);
      expect(details).toMatchObject({
        task_id: task,
        namespace: "payments",
        state: "complete",
        complete: true,
        correlation_id: "request-1",
        priority: 0,
        owner_id: 0,
        parent_task_id: null,
        definition_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        actions: [{ action: "pause_task", step_id: null, actor: "ada", reason: "a look", at: new Date("2026-01-01Z") }],
      });
      expect(details.context).toEqual({ card: "[redacted]", amount: 1 });
      const results = Object.fromEntries(details.steps.map((one) => [one.name, one.results]));
      expect(results).toMatchObject({ a: { token: "secret" }, b: { name: "b", token: "[redacted]" } });
      expect(details.edges).toHaveLength(5);
      expect(details.edges).toContainEqual({ from_step_id: step.a, to_step_id: step.b });
      expect(details.signals.map(({ consumed_at: at }) => at === null)).toEqual([true, false, true]);
      expect(details.children).toEqual([
        { task_id: 2, step_id: step.b, namespace: "payments", name: "charge", version: "1.10.0", state: "complete" },
        { task_id: 3, step_id: step.b, namespace: "stock", name: "count", version: "1.0.0", state: "complete" },
      ]);
    });

    test("tells of child tasks in namespaces that may be seen, and of no other", async () => {
      const { children } = await reading.taskDetails(task, ["payments"]);
      expect(children.map((one) => one.task_id)).toEqual([child]);
      expect((await reading.taskDetails(task, [])).children).toEqual([]);
    });

    test("is refused where there is none", async () => {
      await expect(reading.taskDetails(99)).rejects.toBeInstanceOf(TaskNotFoundError);
    });
  });

  describe("of steps", () => {
    test("are pages in the order of their ids, each with its parents, children and siblings", async () => {
      const steps = await allPages((cursor) => reading.steps(task, { limit: 2, cursor }));
      const ids = (...names: string[]) => names.map((name) => step[name]);
      expect(steps.map(({ name, relations }) => [name, relations])).toEqual([
        ["a", { parents: [], children: ids("b", "c", "e"), siblings: [] }],
        ["b", { parents: ids("a"), children: ids("d"), siblings: ids("c", "e") }],
        ["c", { parents: ids("a"), children: ids("d"), siblings: ids("b", "e") }],
        ["e", { parents: ids("a"), children: [], siblings: ids("b", "c") }],
        ["d", { parents: ids("b", "c"), children: [], siblings: [] }],
      ]);
    });

    test("are shown without what is to be hidden", async () => {
      const steps = await reading.loadSteps([step.c ?? 0, step.b ?? 0, 999]);
      expect([...steps.values()].map(({ name, inputs, results }) => [name, inputs, results])).toEqual([
        ["c", "[redacted]", { name: "c", token: "secret" }],
        ["b", { iban: "DE1" }, { name: "b", token: "[redacted]" }],
      ]);
    });

    test("come for many tasks at once", async () => {
      const steps = await reading.loadStepsOfTasks([foreign, task, 99]);
      const names = [...steps].map(([id, of]) => [id, of.map(({ name }) => name).join()]);
      expect(names).toEqual([
        [3, "x"],
        [1, "a,b,c,e,d"],
        [99, ""],
      ]);
      expect(await reading.loadStepsOfTasks([])).toEqual(new Map());
      expect(await reading.loadSteps([])).toEqual(new Map());
    });

    test("give no cursor that another task takes", async () => {
      const { nextCursor } = await reading.steps(task, { limit: 1 });
      await expect(reading.steps(foreign, { cursor: nextCursor ?? "" })).rejects.toMatchObject({
        code: "TASKER_INVALID_REQUEST",
        context: { field: "cursor" },
      });
    });
  });

  test("the audit trail comes by pages, the oldest first, each transition once", async () => {
    const trail = await allPages((cursor) => reading.transitions(task, { limit: 2, cursor }));
    const stored = await database.query(`
      select id::int, true as of_task from tasker_task_transitions where task_id = 1 union all
      select x.id::int, false from tasker_workflow_step_transitions x join tasker_workflow_steps w using (workflow_step_id)
      where w.task_id = 1`);
    expect(trail).toHaveLength(stored.length);
    expect(new Set(trail.map(({ id, of_task: ofTask }) => `${id} ${ofTask}`)).size).toBe(stored.length);
    const times = trail.map((one) => one.created_at.getTime());
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(trail.at(-1)).toMatchObject({ of_task: true, step_name: null, to_state: "complete" });
    expect(trail.filter((one) => one.step_name === "b").map((one) => one.to_state)).toEqual([
      "in_progress",
      "complete",
    ]);
  });

  test("signals come by pages in their order; those that wait alone if asked for", async () => {
    expect(
      (await allPages((cursor) => reading.signals(task, { limit: 2, cursor }))).map((one) => one.signal_id),
    ).toEqual([1, 2, 3]);
    const waiting = await reading.signals(task, { waiting: true });
    expect(waiting.items.map((one) => one.signal_id)).toEqual([1, 3]);
    expect(waiting.items[0]).toMatchObject({ task_id: 1, name: "paid", payload: { amount: 1 }, sender: "bank" });
  });

  test("annotations come for many tasks at once, types by their names", async () => {
    const annotations = await reading.loadAnnotations([task, child, foreign]);
    expect([...annotations].map(([id, of]) => [id, of.map((one) => one.annotation_type_name)])).toEqual([
      [1, ["note", "audit"]],
      [2, []],
      [3, ["note"]],
    ]);
    expect((await reading.annotationTypes()).map(({ name }) => name)).toEqual(["audit", "note"]);
  });

  describe("of templates", () => {
    test("are pages by namespace and name, with the highest version first", async () => {
      const templates = await allPages((cursor) => reading.templates({ scope: "all", limit: 1, cursor }));
      expect(
        templates.map(({ namespace, name, versions }) => [namespace, name, versions.map((one) => one.version)]),
      ).toEqual([
        ["payments", "charge", ["1.10.0", "1.9.0"]],
        ["stock", "count", ["1.0.0"]],
      ]);
    });

    test("are those of the scope and the filter", async () => {
      const names = async (scope: "all" | string[], filter = {}) =>
        (await reading.templates({ scope, ...filter })).items.map(({ name }) => name);
      expect(await names(["stock"])).toEqual(["count"]);
      expect(await names([])).toEqual([]);
      expect(await names(["stock"], { namespace: "payments" })).toEqual([]);
      expect(await names("all", { namespace: "payments" })).toEqual(["charge"]);
      expect(await names("all", { name: "count" })).toEqual(["count"]);
    });

    test("have definitions, found by version and by hash", async () => {
      const [definition] = await reading.definitionsOf("payments", "charge", "1.9.0");
      expect(definition).toMatchObject({ namespace: "payments", definition: { name: "charge", version: "1.9.0" } });
      const [template] = (await reading.templates({ scope: ["payments"] })).items;
      expect(template?.versions[1]?.definition_hash).toBe(definition?.definition_hash);
      expect(await reading.definition(definition?.definition_hash ?? "")).toEqual(definition);
      expect(await reading.definition("none")).toBeNull();
      expect(await reading.definitionsOf("payments", "charge", "3.0.0")).toEqual([]);
    });
  });

  describe("of processes and queues", () => {
    test("are those that are not gone, with their leases and templates", async () => {
      const processes = await reading.processes("all");
      expect(processes.map(({ pid, lease, kinds }) => [pid, lease, kinds.map((kind) => kind.version)])).toEqual([
        [2, "late", ["1.0.0"]],
        [1, "live", ["1.10.0", "1.9.0", "1.0.0"]],
      ]);
      expect(processes[0]).toMatchObject({
        host: "here",
        spare_slots: 4,
        owned_tasks: 0,
        executions: 0,
        kind: "engine",
      });
    });

    test("tell of the namespaces of the scope, and nothing where there is none", async () => {
      const [late, live] = await reading.processes(["stock", "nowhere"]);
      expect(live?.kinds).toEqual([{ namespace: "stock", name: "count", version: "1.0.0" }]);
      expect(late?.kinds).toEqual(live?.kinds);
      expect((await reading.processes(["payments"])).map(({ pid }) => pid)).toEqual([1]);
      expect(await reading.processes(["nowhere"])).toEqual([]);
      expect(await reading.processes([])).toEqual([]);
      expect((await reading.queues(["stock"])).map(({ namespace }) => namespace)).toEqual(["stock"]);
      expect(await reading.queues([])).toEqual([]);
    });

    test("count what waits, and since when", async () => {
      const queues = await reading.queues("all");
      expect(queues.map(({ queue, namespace, version, depth }) => [queue, namespace, version, depth])).toEqual([
        ["default", "payments", "1.10.0", 1],
        ["default", "payments", "1.9.0", 5],
        ["default", "stock", "1.0.0", 1],
      ]);
      expect(queues[1]?.oldest_at).toEqual(new Date(Date.UTC(2026, 0, 1, 0, Math.min(...Object.values(step)))));
    });
  });

  describe("as objects of the reference", () => {
    test("are tasks with their steps and annotations, in the order of the ids", async () => {
      const [second, first, ...none] = await reading.referenceTasks([foreign, task, 99]);
      expect(none).toEqual([]);
      expect(second?.full_name).toBe("stock.count@1.0.0");
      expect(first).toMatchObject({
        task_id: 1,
        name: "charge",
        namespace: "payments",
        version: "1.9.0",
        full_name: "payments.charge@1.9.0",
        context: { card: "[redacted]", amount: 1 },
        tags: ["t"],
        complete: true,
        status: "complete",
        requested_at: expect.stringMatching(/Z$/),
        task_annotations: [
          { task_id: 1, task_annotation_id: 1, annotation: { by: "ada" }, annotation_type_name: "note" },
          { task_id: 1, task_annotation_id: 2, annotation: [1], annotation_type_name: "audit" },
        ],
      });
      expect(first?.workflow_steps[1]).toEqual({
        task_id: 1,
        workflow_step_id: step.b,
        name: "b",
        named_step_id: expect.any(Number),
        status: "complete",
        attempts: 1,
        skippable: false,
        retryable: true,
        retry_limit: 3,
        processed: true,
        processed_at: expect.stringMatching(/Z$/),
        in_process: false,
        backoff_request_seconds: null,
        last_attempted_at: expect.stringMatching(/Z$/),
        inputs: { iban: "DE1" },
        results: { name: "b", token: "[redacted]" },
        children_ids: [step.d],
        parents_ids: [step.a],
        siblings_ids: [step.c, step.e],
      });
      expect(await reading.referenceTasks([])).toEqual([]);
    });

    test("are listed by any column, within the scope", async () => {
      const ids = (sortBy: string | undefined, descending: boolean, scope: "all" | string[] = "all", offset = 0) =>
        reading.sortedTaskIds({ limit: 2, offset, sortBy, descending }, scope);
      expect(await ids(undefined, false)).toEqual([1, 2]);
      expect(await ids("task_id", true)).toEqual([3, 2]);
      expect(await ids("named_task_id", true)).toEqual([3, 2]);
      expect(await ids("bypass_steps", false)).toEqual([1, 2]);
      expect(await ids("tags; drop table x", false)).toEqual([1, 2]);
      expect(await ids("task_id", false, ["payments"], 1)).toEqual([2]);
      expect(await ids("task_id", false, [])).toEqual([]);
      const steps = (sortBy?: string) => reading.sortedStepIds(task, { limit: 9, offset: 1, sortBy, descending: true });
      expect(await steps()).toHaveLength(4);
      expect(await steps("results")).toHaveLength(4);
    });
  });
});
