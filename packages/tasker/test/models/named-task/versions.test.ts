import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { NamedTask, queryBuilder, TaskNamespace } from "../../../src/models/index.ts";
import { compareVersions } from "../../../src/templates/version.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";

const part = fc.oneof(fc.constantFrom("0", "1", "9", "10", "09", "2147483648", "999999"), fc.nat(120).map(String));
const version = fc
  .tuple(part, part, part)
  .map((parts) => parts.join("."))
  .filter((text) => text.length <= 16);

describeOnPostgres("versions of named tasks", () => {
  let database: Database;
  let names = 0;
  beforeAll(async () => {
    database = await openTestDatabase();
    await TaskNamespace.findOrCreateDefault(database);
    return () => database.close();
  });

  const latest = (name: string) =>
    queryBuilder(database)
      .selectFrom("tasker_named_tasks")
      .select(["task_namespace_id", "version"])
      .where(NamedTask.latestVersions)
      .where("name", "=", name)
      .orderBy("task_namespace_id");

  test("compare by their numbers: 1.10.0 is later than 1.9.0", async () => {
    for (const version of ["1.9.0", "1.10.0", "0.99.99"]) {
      await NamedTask.findOrCreateByFullName(database, { name: "order", version });
      await NamedTask.findOrCreateByFullName(database, { namespace: "eu", name: "order", version: "3.0.0" });
    }
    expect(latest("order").compile().sql).toMatchInlineSnapshot(`
      "select "task_namespace_id", "version" from "tasker_named_tasks" where not exists (select from "tasker_named_tasks" as "later" where "later"."task_namespace_id" = "tasker_named_tasks"."task_namespace_id" and "later"."name" = "tasker_named_tasks"."name" and (case when "later"."version" ~ '^[0-9]+[.][0-9]+[.][0-9]+$'
          then string_to_array("later"."version", '.')::numeric[] else '{}' end, "later"."version" collate "C") > (case when "tasker_named_tasks"."version" ~ '^[0-9]+[.][0-9]+[.][0-9]+$'
          then string_to_array("tasker_named_tasks"."version", '.')::numeric[] else '{}' end, "tasker_named_tasks"."version" collate "C")) and "name" = $1 order by "task_namespace_id""
    `);
    expect((await latest("order").execute()).map((row) => row.version)).toEqual(["1.10.0", "3.0.0"]);
    expect(await NamedTask.findLatestVersion(database, "default", "order")).toMatchObject({ version: "1.10.0" });
    expect(await NamedTask.findLatestVersion(database, "eu", "order")).toMatchObject({ version: "3.0.0" });
    expect(await NamedTask.findLatestVersion(database, "eu", "nothing")).toBeUndefined();
    expect(await NamedTask.findLatestVersion(database, "nowhere", "order")).toBeUndefined();
  });

  test("of any numbers are ordered as the pure rule orders them", async () => {
    const versions = fc.uniqueArray(version, { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(versions, async (given) => {
        const name = `any ${++names}`;
        await NamedTask.createMany(
          database,
          given.map((version) => ({ name, version })),
        );
        const greatest = given.toSorted(compareVersions).at(-1);
        expect((await NamedTask.findLatestVersion(database, "default", name))?.version).toBe(greatest);
        expect((await latest(name).execute()).map((row) => row.version)).toEqual([greatest]);
      }),
      { numRuns: 60 },
    );
  });

  test("that other writers left in odd forms come first, and break nothing", async () => {
    const insert = `insert into tasker_named_tasks (name, version, created_at, updated_at)
      select 'odd', unnest($1::varchar[]), now(), now()`;
    await database.query(insert, [["", "v2", "1.0", "1..2", "1.0.0-beta", "99999999999"]]);
    expect((await latest("odd").execute()).map((row) => row.version)).toEqual(["v2"]);
    await NamedTask.create(database, { name: "odd", version: "0.0.1" });
    expect((await latest("odd").execute()).map((row) => row.version)).toEqual(["0.0.1"]);
    expect(await NamedTask.findLatestVersion(database, "default", "odd")).toMatchObject({ version: "0.0.1" });
  });

  test("are looked up", async () => {
    await NamedTask.create(database, { name: "asked", version: "1.0.0" });
    expect(await NamedTask.versionExists(database, "default", "asked", "1.0.0")).toBe(true);
    expect(await NamedTask.versionExists(database, "default", "asked", "1.0.1")).toBe(false);
    expect(await NamedTask.versionExists(database, "eu", "asked", "1.0.0")).toBe(false);
  });
});
