import { beforeAll, beforeEach, expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { InvalidRecordError, RecordConflictError, RecordNotFoundError } from "../../../src/errors/index.ts";
import { NamedTask, queryBuilder, Task, TaskNamespace } from "../../../src/models/index.ts";
import { describeOnPostgres, emptyDatabase, openTestDatabase } from "../../support/test-database.ts";

const AT = new Date("2026-03-01T12:00:30.123Z");
const LATER = new Date("2026-03-01T12:00:59Z");

describeOnPostgres("Task", () => {
  let database: Database;
  let named_task_id: number;
  beforeAll(async () => {
    database = await openTestDatabase();
    return () => database.close();
  });
  beforeEach(async () => {
    await emptyDatabase(database);
    ({ named_task_id } = await NamedTask.findOrCreateByFullName(database, { name: "demo" }));
  });

  test("is created with the reference's defaults, as a plain row", async () => {
    const task = await Task.create(database, { named_task_id, context: { a: 1 }, initiator: null }, AT);
    expect(task).toEqual({
      task_id: task.task_id,
      named_task_id,
      complete: false,
      requested_at: AT,
      initiator: "unknown",
      source_system: "unknown",
      reason: "unknown",
      bypass_steps: [],
      tags: [],
      context: { a: 1 },
      identity_hash: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      created_at: AT,
      updated_at: AT,
    });
    for (const table of ["tasker_task_runs", "tasker_task_transitions", "tasker_workflow_steps"]) {
      expect(await database.query(`select from ${table}`)).toEqual([]);
    }
    expect(await Task.status(database, task)).toBe("pending");
  });

  test.each([
    [{ context: {} }, "context", "a JSON value that is not empty"],
    [{ context: [] }, "context", "a JSON value that is not empty"],
    [{ context: null }, "context", "a JSON value that is not empty"],
    [{ context: { a: undefined } }, "context", "a JSON value that is not empty"],
    [{ context: " \n" }, "context", "a JSON value that is not empty"],
    [{ context: false }, "context", "a JSON value that is not empty"],
    [{ context: { a: Number.NaN } }, "context", expect.stringContaining("$.a is NaN")],
    [{}, "context", "a JSON value that is not empty"],
    [{ context: { a: 1 }, initiator: "i".repeat(129) }, "initiator", "at most 128 characters"],
    [{ context: { a: 1 }, source_system: 5 }, "source_system", "a text"],
    [{ context: { a: 1 }, tags: "a" }, "tags", "a list of texts"],
    [{ context: { a: 1 }, tags: [1] }, "tags.0", "a text"],
    [{ context: { a: 1 }, bypass_steps: [null] }, "bypass_steps.0", "a text"],
    [{ context: { a: 1 }, requested_at: new Date(Number.NaN) }, "requested_at", "a valid Date"],
    [{ context: { a: 1 }, named_task_id: 999 }, "named_task_id", "the id of an existing record"],
    [{ context: { a: 1 }, identity_hash: "x" }, "identity_hash", expect.stringContaining("no such attribute")],
  ])("refuses %j and names the field and the rule", async (given, field, rule) => {
    const input: object = { named_task_id, ...given };
    const refused = Task.create(database, input as Task.NewTask);
    await expect(refused).rejects.toBeInstanceOf(InvalidRecordError);
    await expect(refused).rejects.toMatchObject({ violations: [{ field, rule }] });
  });

  test.each([[[1]], ["text"], [0], [true]])("takes %j as its context", async (context) => {
    expect((await Task.create(database, { named_task_id, context })).context).toEqual(context);
  });

  test("under `hash` the same request is refused within its minute, and leaves a transaction as it was", async () => {
    const input = { named_task_id, context: { b: 1, a: "<&>" }, requested_at: new Date("2025-01-02T03:04:59Z") };
    const first = await Task.create(database, input, AT, "hash");
    expect(first.identity_hash).toBe("c656a083c6f852d9361c28fa890a568c5352438a264bab2394cb721075722bd9");
    const tasks = await database.transaction(async (transaction) => {
      const again = Task.create(transaction, input, AT, "hash");
      await expect(again).rejects.toBeInstanceOf(RecordConflictError);
      await expect(again).rejects.toMatchObject({
        message: expect.stringContaining("the same request was already made within the last minute"),
        context: { model: "Task", field: "identity_hash", value: first.identity_hash },
      });
      await expect(Task.createMany(transaction, [input], AT, "hash")).rejects.toBeInstanceOf(RecordConflictError);
      await Task.create(transaction, { ...input, reason: "other" }, AT, "hash");
      return Task.createMany(transaction, [{ ...input, requested_at: AT }], AT, "hash");
    });
    expect(tasks).toHaveLength(1);
    const twice = [
      { ...input, requested_at: LATER, reason: "twice" },
      { ...input, requested_at: AT, reason: "twice" },
    ];
    await expect(Task.createMany(database, twice, AT, "hash")).rejects.toBeInstanceOf(RecordConflictError);
    await Task.create(database, input, AT, "default");
  });

  test("two of the same request at the same moment: one is made", async () => {
    const made = await Promise.allSettled(
      Array.from({ length: 4 }, () => Task.create(database, { named_task_id, context: [1] }, AT, "hash")),
    );
    expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("takes the identity that a function gives, if the column can hold it", async () => {
    const input = { named_task_id, context: { order: 7 } };
    const byOrder = (task: Task.IdentityTask) => `${task.name}:${JSON.stringify(task.context)}`;
    expect((await Task.create(database, input, AT, byOrder)).identity_hash).toBe('demo:{"order":7}');
    await expect(Task.create(database, input, AT, () => "")).rejects.toMatchObject({
      violations: [{ field: "identity_hash", rule: "a text that is not blank" }],
    });
    await expect(Task.create(database, input, AT, () => "x".repeat(129))).rejects.toMatchObject({
      violations: [{ field: "identity_hash", rule: "at most 128 characters" }],
    });
  });

  test("many come back in their order", async () => {
    const inputs = [3, 1, 2].map((n) => ({ named_task_id, context: { n } }));
    const tasks = await Task.createMany(database, inputs, AT);
    expect(tasks.map((task) => task.context)).toEqual([{ n: 3 }, { n: 1 }, { n: 2 }]);
    expect(
      await Task.findMany(
        database,
        tasks.map((task) => task.task_id),
      ),
    ).toEqual(new Map(tasks.map((task) => [task.task_id, task])));
    expect(await Task.createMany(database, [])).toEqual([]);
  });

  test("is changed, but for its identity and its named task", async () => {
    const task = await Task.create(database, { named_task_id, context: { a: 1 }, tags: ["x"] }, AT, "hash");
    expect(await Task.update(database, task.task_id, {}, AT)).toEqual(task);
    const changes = { context: { b: 2 }, reason: null, requested_at: LATER, complete: true, bypass_steps: ["s"] };
    const changed = await Task.update(database, task.task_id, changes, LATER);
    expect(changed).toEqual({ ...task, ...changes, updated_at: LATER });
    expect(await Task.reload(database, task)).toEqual(changed);
    const fixed: object = { identity_hash: "x", named_task_id: 1, context: {} };
    await expect(Task.update(database, task.task_id, fixed)).rejects.toMatchObject({
      violations: [
        { field: "context", rule: "a JSON value that is not empty" },
        { field: "named_task_id", rule: "not given: it is fixed when the task is created" },
        { field: "identity_hash", rule: "not given: it is fixed when the task is created" },
      ],
    });
    await expect(Task.update(database, 2 ** 50, {})).rejects.toBeInstanceOf(RecordNotFoundError);
  });

  test("is made for a request, with its named task", async () => {
    const request = {
      name: "order",
      namespace: "shop",
      version: "1.2.0",
      context: { a: 1 },
      sourceSystem: "web",
      reason: null,
      tags: ["x"],
      bypassSteps: ["s"],
      requestedAt: LATER,
    };
    const task = await Task.createWithDefaults(database, request, AT, "hash");
    expect(task).toMatchObject({
      initiator: "unknown",
      source_system: "web",
      reason: "unknown",
      tags: ["x"],
      bypass_steps: ["s"],
      requested_at: LATER,
      created_at: AT,
      complete: false,
    });
    expect(await Task.loadNames(database, [task])).toEqual(
      new Map([[task.task_id, { name: "order", namespaceName: "shop", version: "1.2.0" }]]),
    );
    const plain = await Task.createWithDefaults(database, { name: "order", context: { a: 1 } }, AT);
    expect((await Task.loadNames(database, [plain])).get(plain.task_id)).toEqual({
      name: "order",
      namespaceName: "default",
      version: "0.1.0",
    });
    expect(plain.requested_at).toEqual(AT);
  });

  test("tells the options of a request, and the defaults", async () => {
    const request = { name: "order", context: { a: 1 }, tags: [], reason: null, bypassSteps: ["s"] };
    expect(Task.getRequestOptions(request)).toEqual({ context: { a: 1 }, tags: [], bypass_steps: ["s"] });
    const defaults = Task.getDefaultTaskRequestOptions({ named_task_id }, AT);
    expect(defaults).toEqual({
      initiator: "unknown",
      source_system: "unknown",
      reason: "unknown",
      complete: false,
      tags: [],
      bypass_steps: [],
      requested_at: AT,
      named_task_id,
    });
    expect(await Task.fromTaskRequest(database, { ...request, name: "demo" }, AT)).toEqual({
      ...defaults,
      context: { a: 1 },
      bypass_steps: ["s"],
    });
  });

  test("a request that is refused makes no named task", async () => {
    for (const [request, field] of [
      [{ name: "unborn", context: {} }, "context"],
      [{ name: "unborn", context: null }, "context"],
      [{ name: "unborn", namespace: "unborn", version: "1", context: [1] }, "version"],
      [{ name: "unborn", context: [1], sourceSystem: "s".repeat(129) }, "source_system"],
    ] as const) {
      await expect(Task.createWithDefaults(database, request)).rejects.toMatchObject({ violations: [{ field }] });
    }
    expect(await NamedTask.findByFullName(database, { name: "unborn" })).toBeUndefined();
    expect(await TaskNamespace.findByName(database, "unborn")).toBeUndefined();
  });

  test("types of tasks are counted by name, over any query", async () => {
    for (const [name, namespace] of [
      ["a", "x"],
      ["a", "y"],
      ["b", "x"],
      ["c", "x"],
      ["c", "x"],
    ] as const) {
      await Task.createWithDefaults(database, { name, namespace, context: [1] });
    }
    const tasks = queryBuilder(database).selectFrom("tasker_tasks");
    expect(await Task.uniqueTaskTypesCount(database, tasks)).toBe(3);
    expect(await Task.uniqueTaskTypesCount(database, tasks.selectAll().where(Task.inNamespace("y")))).toBe(1);
    const lastTwo = tasks.select("task_id").orderBy("task_id", "desc").limit(2);
    expect(await Task.uniqueTaskTypesCount(database, lastTwo)).toBe(1);
    expect(await Task.uniqueTaskTypesCount(database, tasks.where(Task.withTaskName("none")))).toBe(0);
  });
});
