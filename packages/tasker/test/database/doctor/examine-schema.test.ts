import { afterEach, beforeEach, expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { examineSchema } from "../../../src/database/doctor/examine-schema.ts";
import type { Finding } from "../../../src/database/doctor/finding.ts";
import { migrate } from "../../../src/database/migrate.ts";
import { readMigrations } from "../../../src/database/migration-files.ts";
import { openPostgres } from "../../../src/database/postgres.ts";
import { until } from "../../support/engine-harness.ts";
import { interruptBuild } from "../../support/interrupt-build.ts";
import { findFaults, mend } from "../../support/mend.ts";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import type { ThrowAwayDatabase } from "../../support/test-server.ts";

describeOnPostgres("examining a database", () => {
  let place: ThrowAwayDatabase;
  let database: Database;
  beforeEach(async () => {
    place = await createTestDatabase();
    database = await openPostgres(place.url);
  });
  afterEach(async () => {
    await database.close();
    await place.drop();
  });

  /** The same database as somebody else sees it. */
  async function seenBy<T>(change: (url: URL) => void, look: (other: Database) => Promise<T>): Promise<T> {
    const url = new URL(place.url);
    change(url);
    const other = await openPostgres(url.href);
    try {
      return await look(other);
    } finally {
      await other.close();
    }
  }

  test("tells server, schema, who made it and how far it is migrated", async () => {
    const { findings, ...report } = await examineSchema(database);
    const known = readMigrations().length;
    expect(report).toEqual({
      server: expect.stringMatching(/^\d+/),
      schema: "public",
      madeBy: "tasker",
      migrations: { applied: known, known },
      preamble: [],
    });
    // the server of the tests has an odd time zone
    expect(findings.map(({ object }) => object)).toEqual(["TimeZone"]);
  });

  test("finds the time zone of other sessions, and what sets it is enough", async () => {
    await mend(database, (await examineSchema(database)).findings);
    expect(await seenBy(() => undefined, examineSchema)).toHaveProperty("findings", []);
  });

  test("without tables says one thing only", async () => {
    const empty = await createTestDatabase({ template: "template0" });
    const other = await openPostgres(empty.url);
    expect(await findFaults(other)).toMatchObject([
      { severity: "error", found: "no tables of Tasker", command: "tasker db migrate", statements: [] },
    ]);
    expect((await examineSchema(other)).madeBy).toBeNull();
    await other.close();
    await empty.drop();
  });

  test("does not miss what later migrations make", async () => {
    const half = await createTestDatabase({ template: "template0" });
    const other = await openPostgres(half.url);
    await migrate(other, readMigrations().slice(0, 3));
    expect(await findFaults(other)).toMatchObject([{ topic: "migration", command: "tasker db migrate" }]);
    await migrate(other);
    expect(await findFaults(other)).toEqual([]);
    await other.close();
    await half.drop();
  });

  test("that a newer release has migrated does not judge what that one made", async () => {
    await database.execute(`
      insert into tasker_migrations (number, name, checksum) values (9001, 'later', 'x');
      alter table tasker_tasks add column later integer not null; drop function tasker_load`);
    expect(await findFaults(database)).toMatchObject([
      { severity: "error", object: "9001_later", found: "applied by a newer release of Tasker", statements: [] },
    ]);
  });

  test("with an edited migration whose objects are not as they should be offers no way to hide it", async () => {
    await database.execute(
      "update tasker_migrations set checksum = 'x' where number = 3; alter function tasker_commit reset timezone",
    );
    const [, migration] = await findFaults(database);
    expect(migration).toMatchObject({ object: "0003_commit_function", statements: [] });
  });

  test("finds it in whatever schema it is, and names that schema before the statements", async () => {
    await database.execute('alter schema public rename to "Our Data"; create schema public');
    const search = (path: string) => (url: URL) => url.searchParams.set("options", `-c search_path=${path}`);
    const path = 'public,"Our\\ Data"';
    const report = await seenBy(search(path), examineSchema);
    expect(report).toMatchObject({ schema: "Our Data", madeBy: "tasker", preamble: ['set search_path = "Our Data";'] });
    expect(report.findings.map(({ topic }) => topic)).toEqual(["settings"]);
    await database.execute('drop index "Our Data".tasks_requested_at_index; drop function "Our Data".tasker_claim');
    const url = new URL(place.url);
    search(path)(url);
    const single = await openPostgres(url.href, { connections: 1 });
    const { findings, preamble } = await examineSchema(single);
    await single.execute(preamble.join(" "));
    await mend(single, findings);
    expect(await findFaults(single)).toEqual([]);
    await single.close();
  });

  test("whose search path names no schema is an error", async () => {
    const nowhere = (url: URL) => url.searchParams.set("options", "-c search_path=nowhere");
    await expect(seenBy(nowhere, examineSchema)).rejects.toMatchObject({ code: "TASKER_CONFIGURATION" });
  });

  test("examines what the role may read, and says what it may not", async () => {
    const role = `reader_${new URL(place.url).pathname.slice(1)}`;
    await database.execute(`create role ${role} login; revoke all on schema public from public`);
    const asReader = (url: URL) => {
      url.username = role;
    };
    // without the right to look into the schema, its tables are not on the search path
    await expect(seenBy(asReader, examineSchema)).rejects.toMatchObject({ code: "TASKER_CONFIGURATION" });
    await database.execute(`grant usage on schema public to ${role}; drop function tasker_claim`);
    const findings = await seenBy(asReader, findFaults);
    expect(findings.map(({ topic, object }) => `${topic} ${object}`)).toEqual([
      "function tasker_claim",
      "examination tasker_migrations",
      "examination schema_migrations",
    ]);
    await database.execute(`drop owned by ${role}; drop role ${role}`);
  });

  test("finds what an interrupted build has left", async () => {
    await database.execute("drop index tasks_requested_at_index");
    for (const index of [
      "tasks_requested_at_index on tasker_tasks (requested_at)",
      "theirs on tasker_tasks (reason)",
    ]) {
      await interruptBuild(place.url, "tasker_tasks", `create index concurrently ${index}`);
    }
    const found = await findFaults(database);
    expect(found.map(({ severity, object }) => `${severity} ${object}`)).toEqual([
      "error tasks_requested_at_index on tasker_tasks",
      "warning theirs on tasker_tasks",
    ]);
    await mend(database, found);
    expect(await findFaults(database)).toEqual([]);
  });

  test("leaves alone what others have added and does no harm", async () => {
    await database.execute(`
      create table theirs (id integer primary key, task_id bigint references tasker_tasks);
      alter table tasker_tasks add column theirs integer default 1;
      create index their_index on tasker_tasks (theirs);
      create view their_view as select task_id from tasker_tasks;
      create function tasker_claim(text) returns text language sql as 'select $1'`);
    expect(await findFaults(database)).toEqual([]);
  });

  test("names what others have added and can refuse what Tasker writes", async () => {
    await database.execute(`
      create unique index one_task_per_reason on tasker_tasks (reason);
      alter table tasker_tasks add constraint known_source check (source_system is not null);
      create function refuse() returns trigger language plpgsql as 'begin return null; end';
      create trigger their_trigger before insert on tasker_workflow_steps for each row execute function refuse()`);
    const found = await findFaults(database);
    expect(found.map(({ severity, object }) => `${severity} ${object}`)).toEqual([
      "advice known_source on tasker_tasks",
      "advice one_task_per_reason on tasker_tasks",
      "advice their_trigger on tasker_workflow_steps",
    ]);
    expect(found.flatMap(({ statements }) => statements)).toEqual([]);
  });

  test("changes nothing itself", async () => {
    await database.execute("drop index tasks_requested_at_index");
    await examineSchema(database);
    expect(await database.query("select to_regclass('tasks_requested_at_index') as there")).toEqual([{ there: null }]);
  });
});

describeOnPostgres("examining storage", () => {
  let database: Database;
  let place: ThrowAwayDatabase;
  beforeEach(async () => {
    place = await createTestDatabase();
    database = await openPostgres(place.url, { connections: 1 });
    await database.execute(`
      alter table tasker_annotation_types set (autovacuum_enabled = off);
      insert into tasker_annotation_types (name, description, created_at, updated_at)
      select md5(n::text), repeat('x', 200), now(), now() from generate_series(1, 60000) n`);
  });
  afterEach(async () => {
    await database.close();
    await place.drop();
  });

  /**
   * Counters of a session reach the others when it is idle, and at its end at the latest; on PostgreSQL 14 by way of another
   * process, a little later.
   */
  async function storageFindings(areThere: (found: readonly Finding[]) => boolean) {
    await database.close();
    database = await openPostgres(place.url, { connections: 1 });
    let found: readonly Finding[] = [];
    await until(async () => {
      found = (await findFaults(database)).filter(({ topic }) => topic === "storage");
      return areThere(found);
    }, "the statistics");
    return found;
  }
  const nothing = (found: readonly Finding[]) => found.length === 0;
  const warned = (found: readonly Finding[]) => found.some(({ severity }) => severity === "warning");
  const notWarned = (found: readonly Finding[]) => !warned(found);

  test("names tables without statistics, and such as autovacuum should have been at", async () => {
    const [unknown] = await storageFindings((found) => found.some((one) => one.found.startsWith("60000 rows")));
    expect(unknown).toMatchObject({
      severity: "advice",
      object: "tasker_annotation_types",
      found: "60000 rows and no statistics",
      statements: ["analyze tasker_annotation_types;"],
    });
    await mend(database, unknown === undefined ? [] : [unknown]);
    expect(await storageFindings(nothing)).toEqual([]);
    await database.execute("delete from tasker_annotation_types where annotation_type_id % 2 = 0");
    const [dead] = await storageFindings(warned);
    expect(dead).toMatchObject({ severity: "warning", statements: ["vacuum (analyze) tasker_annotation_types;"] });
    expect(dead?.found).toMatch(/^30000 dead rows beside 30000, last vacuum: never$/);
    await mend(database, dead === undefined ? [] : [dead]);
    expect((await storageFindings(notWarned)).map(({ severity }) => severity)).not.toContain("warning");
  });

  test("estimates how much of a table and of its indexes is empty", async () => {
    await database.execute("delete from tasker_annotation_types where annotation_type_id % 20 <> 0");
    await database.execute("vacuum (analyze) tasker_annotation_types");
    const found = await storageFindings(notWarned);
    const table = found.find(({ object }) => object === "tasker_annotation_types");
    expect(table).toMatchObject({ severity: "advice", found: expect.stringContaining("an estimate") });
    const size = async () =>
      Number((await database.query("select pg_relation_size('tasker_annotation_types') as size"))[0]?.size);
    const before = await size();
    await mend(database, found);
    const given = before - (await size());
    // the estimate is within a tenth of what a rewrite gives back
    expect(Math.abs((table?.bytes ?? 0) - given)).toBeLessThan(given / 10);
    expect(await storageFindings(nothing)).toEqual([]);
  });
});
