import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { createReferenceIndexes, type IndexProgress } from "../../../src/database/indexes/create-reference-indexes.ts";
import { REFERENCE_INDEXES } from "../../../src/database/indexes/reference-indexes.ts";
import { openPostgres } from "../../../src/database/postgres.ts";
import { interruptBuild } from "../../support/interrupt-build.ts";
import { createTestDatabase, describeEachDatabase, describeOnPostgres } from "../../support/test-database.ts";
import type { ThrowAwayDatabase } from "../../support/test-server.ts";
import { LIST_INDEXES } from "../list-indexes.ts";
import { readIndexes } from "../read-catalog.ts";
import { REFERENCE_TABLES } from "../reference-schema.ts";

/** The 99 indexes of the reference's schema, and of a database those on the same tables but for our own. */
const FULL_SET = Object.values(REFERENCE_TABLES)
  .flatMap(({ uniqueIndexes, otherIndexes }) => [...uniqueIndexes, ...otherIndexes])
  .sort();

async function sharedIndexes(database: Database): Promise<string[]> {
  const indexes = await readIndexes(database);
  const isShared = ({ relation, fact }: (typeof indexes)[number]) =>
    relation in REFERENCE_TABLES && !LIST_INDEXES.includes(fact);
  return indexes.flatMap((index) => (isShared(index) ? [index.fact] : [])).sort();
}

describeEachDatabase(
  "the reference's indexes",
  (open) => {
    let database: Database;
    beforeEach(async () => {
      database = await open();
    });
    afterEach(() => database.close());

    test("are created, all 99 of them, and a second time nothing is", async () => {
      const lean = await sharedIndexes(database);
      const progress: IndexProgress[] = [];
      const built = await createReferenceIndexes(database, (one) => progress.push(one));
      expect(await sharedIndexes(database)).toEqual(FULL_SET);
      expect(FULL_SET).toHaveLength(99);
      expect(built).toHaveLength(99 - lean.length);
      expect(progress.map(({ index }) => index)).toEqual(built);
      expect(progress.map(({ position }) => position)).toEqual(built.map((_, at) => at + 1));
      expect(progress.every(({ total, rebuilt }) => total === built.length && !rebuilt)).toBe(true);
      expect(await createReferenceIndexes(database)).toEqual([]);
    });
  },
  { own: true },
);

describeOnPostgres("creating the reference's indexes", () => {
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

  test("goes on after an interruption: what is finished stays, what is half built is built again", async () => {
    await database.execute("create index tasks_context_idx on tasker_tasks using gin (context)");
    await interruptBuild(
      place.url,
      "tasker_tasks",
      "create index concurrently tasks_tags_idx on tasker_tasks using gin (tags)",
    );
    const oids = () =>
      database.query("select 'tasks_tags_idx'::regclass::oid as half, 'tasks_context_idx'::regclass::oid as whole");
    const [before] = await oids();
    const progress: IndexProgress[] = [];
    await createReferenceIndexes(database, (one) => progress.push(one));
    expect(progress.filter(({ rebuilt }) => rebuilt).map(({ index }) => index)).toEqual(["tasks_tags_idx"]);
    expect(progress.map(({ index }) => index)).not.toContain("tasks_context_idx");
    const [after] = await oids();
    expect(after?.whole).toBe(before?.whole);
    expect(after?.half).not.toBe(before?.half);
    expect(await sharedIndexes(database)).toEqual(FULL_SET);
    expect(await database.query("select count(*) from pg_index where not indisvalid")).toEqual([{ count: 0 }]);
  });

  test("lets others write meanwhile", async () => {
    const writes: Promise<void>[] = [];
    let written = 0;
    await createReferenceIndexes(database, () => {
      // sent on another connection while the index is being built
      const write = database.execute(
        "insert into tasker_annotation_types (name, created_at, updated_at) values (gen_random_uuid()::text, now(), now())",
      );
      writes.push(
        write.then(() => {
          written += 1;
        }),
      );
    });
    expect(written).toBeGreaterThan(writes.length / 2);
    await Promise.all(writes);
  });

  test("is refused while another process is at it", async () => {
    let refusal: unknown;
    const attempts: Promise<unknown>[] = [];
    await createReferenceIndexes(database, ({ position }) => {
      if (position !== 1) return;
      attempts.push(
        createReferenceIndexes(database).catch((error: unknown) => {
          refusal = error;
        }),
      );
    });
    await Promise.all(attempts);
    expect(refusal).toMatchObject({ code: "TASKER_MIGRATION", message: expect.stringContaining("Another process") });
    expect(await sharedIndexes(database)).toEqual(FULL_SET);
  });

  test("goes to the schema that has the tables, wherever that stands on the search path", async () => {
    await database.execute("alter schema public rename to elsewhere; create schema public");
    const other = await openPostgres(`${place.url}?options=-c%20search_path%3Dpublic,elsewhere`);
    try {
      expect((await createReferenceIndexes(other)).length).toBeGreaterThan(50);
      const [count] = await other.query("select count(*) from pg_indexes where schemaname = 'public'");
      expect(count).toEqual({ count: 0 });
    } finally {
      await other.close();
    }
  });

  test("is refused with a single connection, which would wait for itself", async () => {
    const single = await openPostgres(place.url, { connections: 1 });
    await expect(createReferenceIndexes(single)).rejects.toMatchObject({ code: "TASKER_CONFIGURATION" });
    await single.close();
  });
});

describe("the list of the reference's indexes", () => {
  test("has 74 with names of their own", () => {
    expect(new Set(REFERENCE_INDEXES.map(({ name }) => name)).size).toBe(74);
  });
});
