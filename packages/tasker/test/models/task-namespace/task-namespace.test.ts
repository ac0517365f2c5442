import { beforeEach, expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import {
  InvalidRecordError,
  RecordConflictError,
  RecordInUseError,
  RecordNotFoundError,
} from "../../../src/errors/index.ts";
import { queryBuilder, TaskNamespace } from "../../../src/models/index.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";

const AT = new Date("2026-03-01T12:00:00Z");
const LATER = new Date("2026-03-02T12:00:00Z");

describeOnPostgres("TaskNamespace", () => {
  let database: Database;
  beforeEach(async () => {
    database = await openTestDatabase();
    return () => database.close();
  });

  test("is created, read, changed and deleted", async () => {
    const made = await TaskNamespace.create(database, { name: "payments", description: "money" }, AT);
    expect(made).toEqual({
      task_namespace_id: made.task_namespace_id,
      name: "payments",
      description: "money",
      created_at: AT,
      updated_at: AT,
    });
    expect(await TaskNamespace.find(database, made.task_namespace_id)).toEqual(made);
    const changed = await TaskNamespace.update(database, made.task_namespace_id, { description: null }, LATER);
    expect(changed).toEqual({ ...made, description: null, updated_at: LATER });
    await TaskNamespace.destroy(database, made.task_namespace_id);
    await expect(TaskNamespace.find(database, made.task_namespace_id)).rejects.toBeInstanceOf(RecordNotFoundError);
    await expect(TaskNamespace.destroy(database, made.task_namespace_id)).rejects.toBeInstanceOf(RecordNotFoundError);
    await expect(TaskNamespace.update(database, 9, {})).rejects.toMatchObject({ context: { value: 9 } });
  });

  test.each([
    [{ name: "" }, "name", '""', "a text that is not blank"],
    [{ name: " \t" }, "name", '" \\t"', "a text that is not blank"],
    [{ name: "n".repeat(65) }, "name", expect.any(String), "at most 64 characters"],
    [{ name: "n", description: "d".repeat(256) }, "description", expect.any(String), "at most 255 characters"],
    [{ name: "a\u0000" }, "name", expect.any(String), "a text without U+0000 and halves of surrogate pairs"],
    [{ name: 7 }, "name", "7", "a text"],
    [{}, "name", "missing", "a text"],
    [{ name: "n", nmae: 1 }, "nmae", "1", expect.stringContaining("no such attribute")],
  ])("refuses %j and names field, value and rule", async (input, field, value, rule) => {
    const refused = TaskNamespace.create(database, input as { name: string });
    await expect(refused).rejects.toBeInstanceOf(InvalidRecordError);
    await expect(refused).rejects.toMatchObject({ violations: [{ field, value, rule }] });
  });

  test("takes names of 64 characters, in capitals, with spaces, hyphens and digits first, as they are", async () => {
    for (const name of ["n".repeat(64), "é".repeat(64), "Billing", "billing", " padded ", "1-a_b"]) {
      expect((await TaskNamespace.create(database, { name })).name).toBe(name);
    }
  });

  test("a name is unique: the second one is a conflict that names it", async () => {
    await TaskNamespace.create(database, { name: "payments" });
    const conflict = TaskNamespace.create(database, { name: "payments" });
    await expect(conflict).rejects.toBeInstanceOf(RecordConflictError);
    await expect(conflict).rejects.toMatchObject({
      message: 'There is a TaskNamespace with name "payments" already',
      context: { model: "TaskNamespace", fields: ["name"], values: ["payments"] },
    });
    const other = await TaskNamespace.create(database, { name: "other" });
    await expect(TaskNamespace.update(database, other.task_namespace_id, { name: "payments" })).rejects.toBeInstanceOf(
      RecordConflictError,
    );
  });

  test("`default` is made once, however many ask for it at the same time", async () => {
    const made = await Promise.all(Array.from({ length: 5 }, () => TaskNamespace.findOrCreateDefault(database)));
    expect(new Set(made.map((row) => row.task_namespace_id)).size).toBe(1);
    expect(made.every(TaskNamespace.isDefault)).toBe(true);
  });

  test("is found or made inside a transaction that goes on", async () => {
    const names = await database.transaction(async (transaction) => {
      await TaskNamespace.findOrCreateByName(transaction, "a");
      await TaskNamespace.findOrCreateByName(transaction, "a");
      return queryBuilder(transaction).selectFrom("tasker_task_namespaces").select("name").execute();
    });
    expect(names).toEqual([{ name: "a" }]);
  });

  test("`custom` are all but `default`", async () => {
    await TaskNamespace.findOrCreateDefault(database);
    await TaskNamespace.create(database, { name: "a" });
    const query = queryBuilder(database)
      .selectFrom("tasker_task_namespaces")
      .where(TaskNamespace.custom)
      .select("name");
    expect(query.compile().sql).toMatchInlineSnapshot(
      `"select "name" from "tasker_task_namespaces" where "tasker_task_namespaces"."name" <> $1"`,
    );
    expect(await query.execute()).toEqual([{ name: "a" }]);
  });

  test("one with named tasks cannot be deleted, and they are loaded for many with one query", async () => {
    const [a, b] = await TaskNamespace.createMany(database, [{ name: "a" }, { name: "b" }]);
    if (a === undefined || b === undefined) throw new Error("two were made");
    await database.query(
      "insert into tasker_named_tasks (name, task_namespace_id, created_at, updated_at) values ('t', $1, $2, $2)",
      [a.task_namespace_id, AT],
    );
    await expect(TaskNamespace.destroy(database, a.task_namespace_id)).rejects.toBeInstanceOf(RecordInUseError);
    const named = await TaskNamespace.loadNamedTasks(database, [a, b]);
    expect(named.get(a.task_namespace_id)?.map(({ name }) => name)).toEqual(["t"]);
    expect(named.get(b.task_namespace_id)).toEqual([]);
  });
});
