import { beforeAll, expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import {
  InvalidRecordError,
  RecordConflictError,
  RecordInUseError,
  RecordNotFoundError,
} from "../../../src/errors/index.ts";
import { NamedTask, queryBuilder, type Scope, TaskNamespace } from "../../../src/models/index.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";

const AT = new Date("2026-03-01T12:00:00Z");
const LATER = new Date("2026-03-02T12:00:00Z");

describeOnPostgres("NamedTask", () => {
  let database: Database;
  let namespace: TaskNamespace.TaskNamespaceRow;
  beforeAll(async () => {
    database = await openTestDatabase();
    namespace = await TaskNamespace.findOrCreateDefault(database);
    return () => database.close();
  });

  test("is created with the reference's defaults, read, changed and deleted", async () => {
    const made = await NamedTask.create(database, { name: "order" }, AT);
    expect(made).toEqual({
      named_task_id: made.named_task_id,
      name: "order",
      description: null,
      task_namespace_id: 1,
      version: "0.1.0",
      configuration: "{}",
      created_at: AT,
      updated_at: AT,
    });
    const changes = { version: "2.0.0", description: "d", configuration: { a: 1 } };
    const changed = await NamedTask.update(database, made.named_task_id, changes, LATER);
    expect(changed).toEqual({ ...made, ...changes, updated_at: LATER });
    expect(await NamedTask.update(database, made.named_task_id, {}, LATER)).toEqual(changed);
    await NamedTask.destroy(database, made.named_task_id);
    await expect(NamedTask.find(database, made.named_task_id)).rejects.toBeInstanceOf(RecordNotFoundError);
  });

  test.each([
    [{ name: " " }, "name", "a text that is not blank"],
    [{ name: "n".repeat(65) }, "name", "at most 64 characters"],
    [{ name: "n", version: "1.0" }, "version", "a version of three numbers, such as 1.0.0"],
    [{ name: "n", version: "1.0.0\n" }, "version", "a version of three numbers, such as 1.0.0"],
    [{ name: "n", version: "1.0.0-rc1" }, "version", "a version of three numbers, such as 1.0.0"],
    [{ name: "n", version: "1.0.00000000000001" }, "version", "at most 16 characters"],
    [{ name: "n", description: "d".repeat(256) }, "description", "at most 255 characters"],
    [{ name: "n", configuration: [1] }, "configuration", "a JSON object"],
    [{ name: "n", task_namespace_id: 2 ** 31 }, "task_namespace_id", expect.stringContaining("id of an existing")],
    [{ name: "n", task_namespace_id: 77 }, "task_namespace_id", "the id of an existing record"],
  ])("refuses %j and names the field and the rule", async (input, field, rule) => {
    const refused = NamedTask.create(database, input);
    await expect(refused).rejects.toBeInstanceOf(InvalidRecordError);
    await expect(refused).rejects.toMatchObject({ violations: [{ field, rule }] });
  });

  test("namespace, name and version are unique together, and a conflict is reported on the namespace", async () => {
    const other = await TaskNamespace.create(database, { name: "other" });
    const first = await NamedTask.create(database, { name: "twice" });
    await NamedTask.create(database, { name: "twice", version: "0.2.0" });
    await NamedTask.create(database, { name: "twice", task_namespace_id: other.task_namespace_id });
    const conflicts = [
      () => NamedTask.create(database, { name: "twice" }),
      () => NamedTask.update(database, first.named_task_id, { version: "0.2.0" }),
      () => NamedTask.createMany(database, [{ name: "once" }, { name: "twice" }]),
    ];
    for (const conflict of conflicts) {
      const error = await conflict().catch((refusal: unknown) => refusal);
      expect(error).toBeInstanceOf(RecordConflictError);
      expect(error).toMatchObject({ context: { field: "task_namespace_id" } });
    }
    await expect(NamedTask.createMany(database, [{ name: "once" }, { name: "twice" }])).rejects.toThrow(
      "There is a NamedTask with the same task_namespace_id, the same name, the same version already",
    );
  });

  test("is found or made by its full name, once, with a description for a new one", async () => {
    const asked = { namespace: "shop", name: "checkout", version: "1.0.0", description: "sells" };
    const made = await Promise.all(
      Array.from({ length: 5 }, () => NamedTask.findOrCreateByFullName(database, asked, AT)),
    );
    expect(new Set(made.map((row) => row.named_task_id)).size).toBe(1);
    expect(made[0]).toMatchObject({ name: "checkout", version: "1.0.0", description: "sells", configuration: "{}" });
    expect(await NamedTask.findOrCreateByFullName(database, { ...asked, description: "other" })).toEqual(made[0]);

    const plain = await NamedTask.findOrCreateByFullName(database, { name: "checkout" });
    expect(plain).toMatchObject({ task_namespace_id: namespace.task_namespace_id, version: "0.1.0" });
  });

  test("an invalid full name writes nothing, not even the namespace", async () => {
    const refused = NamedTask.findOrCreateByFullName(database, { namespace: "unborn", name: "x", version: "1" });
    await expect(refused).rejects.toMatchObject({ violations: [{ field: "version", value: '"1"' }] });
    expect(await TaskNamespace.findByName(database, "unborn")).toBeUndefined();
  });

  test("tells its names", async () => {
    const named = await NamedTask.findOrCreateByFullName(database, { namespace: "n", name: "t", version: "1.2.3" });
    const space = (await NamedTask.loadNamespaces(database, [named])).get(named.task_namespace_id);
    if (space === undefined) throw new Error("the namespace was made");
    expect(NamedTask.fullName(named, space)).toBe("n.t@1.2.3");
    expect(NamedTask.qualifiedName(named, space)).toBe("n.t");
    expect(TaskNamespace.isDefault(space)).toBe(false);
  });

  test("`inNamespace` and `withVersion`", async () => {
    for (const [space, version] of [
      ["s1", "1.0.0"],
      ["s1", "1.1.0"],
      ["s2", "1.0.0"],
      ["s3", "1.0.0"],
    ] as const) {
      await NamedTask.findOrCreateByFullName(database, { namespace: space, name: "scoped", version });
    }
    const scoped = queryBuilder(database).selectFrom("tasker_named_tasks").where("name", "=", "scoped");
    const sqlOf = (scope: Scope<"tasker_named_tasks">) =>
      queryBuilder(database).selectFrom("tasker_named_tasks").selectAll().where(scope).compile().sql;
    expect(sqlOf(NamedTask.inNamespace("s1"))).toMatchInlineSnapshot(
      `"select * from "tasker_named_tasks" where "tasker_named_tasks"."task_namespace_id" in (select "tasker_task_namespaces"."task_namespace_id" from "tasker_task_namespaces" where "tasker_task_namespaces"."name" = any ($1::varchar[]))"`,
    );
    expect(sqlOf(NamedTask.withVersion("1.0.0"))).toMatchInlineSnapshot(
      `"select * from "tasker_named_tasks" where "tasker_named_tasks"."version" = $1"`,
    );
    const query = scoped
      .where(NamedTask.inNamespace(["s1", "s2"]))
      .where(NamedTask.withVersion("1.0.0"))
      .select("name");
    expect(query.compile().sql).toMatchInlineSnapshot(
      `"select "name" from "tasker_named_tasks" where "name" = $1 and "tasker_named_tasks"."task_namespace_id" in (select "tasker_task_namespaces"."task_namespace_id" from "tasker_task_namespaces" where "tasker_task_namespaces"."name" = any ($2::varchar[])) and "tasker_named_tasks"."version" = $3"`,
    );
    expect(await query.execute()).toHaveLength(2);
    expect(await scoped.selectAll().where(NamedTask.inNamespace("s1")).execute()).toHaveLength(2);
    expect(await scoped.selectAll().where(NamedTask.inNamespace([])).execute()).toEqual([]);
    expect(
      await scoped
        .selectAll()
        .where((eb) => eb.not(NamedTask.inNamespace("s1")(eb)))
        .execute(),
    ).toHaveLength(2);
  });

  test("its tasks are loaded for many, and it cannot be deleted while it has some", async () => {
    const [a, b] = await NamedTask.createMany(database, [{ name: "used" }, { name: "unused" }]);
    if (a === undefined || b === undefined) throw new Error("two were made");
    await database.query(
      `insert into tasker_tasks (named_task_id, requested_at, identity_hash, created_at, updated_at)
       values ($1, $2, 'x', $2, $2)`,
      [a.named_task_id, AT],
    );
    const tasks = await NamedTask.loadTasks(database, [a, b]);
    expect(tasks.get(a.named_task_id)?.map((row) => row.identity_hash)).toEqual(["x"]);
    expect(tasks.get(b.named_task_id)).toEqual([]);
    await expect(NamedTask.destroy(database, a.named_task_id)).rejects.toBeInstanceOf(RecordInUseError);
  });
});
