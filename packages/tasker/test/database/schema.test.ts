import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { migrate } from "../../src/database/migrate.ts";
import { readMigrations } from "../../src/database/migration-files.ts";
import { openPostgres } from "../../src/database/postgres.ts";
import { createTestDatabase, describeEachDatabase, describeOnPostgres } from "../support/test-database.ts";
import { LIST_INDEXES } from "./list-indexes.ts";
import {
  dumpSchema,
  readColumns,
  readConstraints,
  readIndexes,
  readSequences,
  type SchemaFact,
} from "./read-catalog.ts";
import { REFERENCE_FUNCTIONS } from "./reference-functions.ts";
import { REFERENCE_TABLES } from "./reference-schema.ts";

const factsOf = (facts: readonly SchemaFact[], relation: string) =>
  facts.filter((one) => one.relation === relation).map((one) => one.fact);

const INTEGER = "integer start 1 increment 1 minimum 1 maximum 2147483647 cache 1 owned by";
const BIGINT = "bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1 owned by";

/** The sequence of each shared table, by its primary key's default. */
const SEQUENCES = Object.entries(REFERENCE_TABLES).map(([table, { columns }]) => {
  const [, column, type, sequence] =
    /^(\w+) (\w+) not null default nextval\('(\w+)'::regclass\)$/.exec(columns[0] ?? "") ?? [];
  return { sequence, expected: `${type === "integer" ? INTEGER : BIGINT} ${table}.${column}` };
});

describeEachDatabase(
  "the shared schema",
  (open) => {
    let database: Database;
    beforeAll(async () => {
      database = await open();
    });
    afterAll(() => database.close());

    describe.each(Object.entries(REFERENCE_TABLES))("%s", (table, reference) => {
      test("has the reference's columns, in order", async () => {
        expect(factsOf(await readColumns(database), table)).toEqual(reference.columns);
      });

      test("has the reference's primary and foreign keys, by name", async () => {
        const [key] = /^\w+/.exec(reference.columns[0] ?? "") ?? [];
        const expected = [
          `${table}_pkey PRIMARY KEY (${key})`,
          ...reference.foreignKeys.map(
            ([name, column, to, id]) => `${name} FOREIGN KEY (${column}) REFERENCES ${to}(${id})`,
          ),
        ];
        expect(factsOf(await readConstraints(database), table)).toEqual(expected.sort());
      });

      test("has the reference's unique indexes, some of its others, and two more for lists of tasks", async () => {
        const indexes = factsOf(await readIndexes(database), table);
        expect(indexes.filter((index) => index.startsWith("CREATE UNIQUE")).sort()).toEqual(
          [...reference.uniqueIndexes].sort(),
        );
        const others = indexes.filter((index) => !index.startsWith("CREATE UNIQUE"));
        expect([...reference.otherIndexes, ...LIST_INDEXES]).toEqual(expect.arrayContaining(others));
      });
    });

    test("has the reference's sequences: names, types and owners", async () => {
      const sequences = await readSequences(database);
      for (const { sequence, expected } of SEQUENCES) expect(factsOf(sequences, String(sequence))).toEqual([expected]);
      expect(SEQUENCES.map(({ sequence }) => sequence)).toContain(
        "tasker_dependent_system_objec_dependent_system_object_map_i_seq",
      );
    });

    test("has the reference's view", async () => {
      expect(factsOf(await readColumns(database), "tasker_step_dag_relationships")).toEqual([
        "workflow_step_id bigint",
        "task_id bigint",
        "named_step_id integer",
        "parent_step_ids jsonb",
        "child_step_ids jsonb",
        "parent_count bigint",
        "child_count bigint",
        "is_root_step boolean",
        "is_leaf_step boolean",
        "min_depth_from_root integer",
      ]);
    });

    test.each(Object.entries(REFERENCE_FUNCTIONS))("has the reference's function %s", async (name, reference) => {
      expect(
        await database.query(
          `select pg_get_function_arguments(oid) as arguments, pg_get_function_result(oid) as result,
           (select lanname from pg_language where oid = prolang)::text as language, provolatile::text as volatility,
           proparallel::text as parallel, proisstrict, prosecdef, proleakproof, procost, prorows, proconfig
         from pg_proc where proname = $1 and pronamespace = 'public'::regnamespace`,
          [name],
        ),
      ).toEqual([
        {
          ...reference,
          language: "plpgsql",
          volatility: "s",
          parallel: "u",
          proisstrict: false,
          prosecdef: false,
          proleakproof: false,
          procost: 100,
          prorows: 1000,
          proconfig: null,
        },
      ]);
    });

    test("has no index on a column that changes with each transition of a step", async () => {
      const indexes = factsOf(await readIndexes(database), "tasker_workflow_steps").join("\n");
      expect(indexes).not.toMatch(/processed|in_process|attempt|backoff|results|updated_at/);
    });

    test("tells the reference engine that its migrations have been applied", async () => {
      expect(await database.query("select version from schema_migrations order by version")).toEqual([
        { version: "20250701165431" },
        { version: "20250710110830" },
      ]);
      expect(factsOf(await readColumns(database), "ar_internal_metadata")).toEqual([
        "key character varying not null",
        "value character varying",
        "created_at timestamp(6) without time zone not null",
        "updated_at timestamp(6) without time zone not null",
      ]);
    });

    test("stores the reference's default configuration of a named task: a JSON string", async () => {
      await database.execute(`
      insert into tasker_task_namespaces (name, created_at, updated_at) values ('default', now(), now());
      insert into tasker_named_tasks (name, created_at, updated_at) values ('a', now(), now())`);
      expect(
        await database.query(
          "select task_namespace_id, version, configuration, jsonb_typeof(configuration) from tasker_named_tasks",
        ),
      ).toEqual([{ task_namespace_id: 1, version: "0.1.0", configuration: "{}", jsonb_typeof: "string" }]);
    });

    // Written anew by TASKER_UPDATE_SCHEMA=1, so that a review shows what a migration changes.
    test("is, with all that is ours, what schema.sql says", async () => {
      const file = new URL("schema.sql", import.meta.url).pathname;
      const dump = await dumpSchema(database);
      if (process.env.TASKER_UPDATE_SCHEMA === "1") writeFileSync(file, dump);
      expect(dump).toBe(readFileSync(file, "utf8"));
    });
  },
  { own: true },
);

describeOnPostgres("a database that has data", () => {
  /** A database without anything in it, migrated by `prepare` before the rest. */
  async function dumpAfter(prepare: (database: Database) => Promise<unknown>): Promise<string> {
    const { url, drop } = await createTestDatabase({ template: "template0" });
    const database = await openPostgres(url, { connections: 1 });
    try {
      await prepare(database);
      return await dumpSchema(database);
    } finally {
      await database.close();
      await drop();
    }
  }

  test("is after an upgrade from each release what a fresh one is", async () => {
    const migrations = readMigrations();
    const fresh = await dumpAfter((database) => migrate(database));
    // one upgrade after the other: whichever release a database starts from, it gets the same statements in this order
    const upgraded = await dumpAfter(async (database) => {
      for (let released = 1; released <= migrations.length; released += 1) {
        await migrate(database, migrations.slice(0, released));
      }
    });
    expect(upgraded).toBe(fresh);
  });

  test("and was made by the reference engine keeps its tables, indexes and functions as they are", async () => {
    const [shared] = readMigrations();
    const functions = readMigrations().filter((one) => one.madeElsewhereIf?.endsWith(")"));
    const names = functions.map((one) => String(one.madeElsewhereIf));
    expect(names.map((name) => name.replace(/\(.*/, "")).sort()).toEqual(Object.keys(REFERENCE_FUNCTIONS).sort());
    const allIndexes = Object.values(REFERENCE_TABLES)
      .flatMap((table) => table.otherIndexes)
      .map((index) => index.replace("CREATE INDEX", "create index if not exists"))
      .join(";\n");
    const { url, drop } = await createTestDatabase({ template: "template0" });
    const database = await openPostgres(url, { connections: 1 });
    try {
      await database.execute(shared?.sql ?? "");
      await database.execute(
        `drop index ${LIST_INDEXES.map((index) => index.split(" ")[2]).join(", ")}; ${allIndexes}`,
      );
      // whoever replaced a function would also put its cost back to the default
      for (const { sql } of functions) await database.execute(sql);
      for (const name of names) await database.execute(`alter function ${name} cost 7`);
      // what the reference's own schema may have beside ours: nothing of it may be touched
      await database.execute(
        "alter table tasker_tasks add column theirs integer; insert into schema_migrations values ('1')",
      );
      const sharedFacts = async () => {
        const all = [
          ...(await readColumns(database)),
          ...(await readConstraints(database)),
          ...(await readIndexes(database)),
        ];
        return all.filter(({ relation }) => relation in REFERENCE_TABLES);
      };
      const before = await sharedFacts();
      const report = await migrate(database);
      expect(report.adopted).toHaveLength(1 + names.length);
      expect(report.adopted[0]).toBe("0001_reference_schema");
      expect(
        (await database.query("select proname from pg_proc where procost = 7")).map(({ proname }) => proname).sort(),
      ).toEqual(Object.keys(REFERENCE_FUNCTIONS).sort());
      expect(report.applied).toHaveLength(readMigrations().length);
      expect(await sharedFacts()).toEqual(before);
      expect(before.filter(({ fact }) => /^CREATE (UNIQUE )?INDEX/.test(fact))).toHaveLength(99);
      expect(await database.query("select count(*) from schema_migrations")).toEqual([{ count: 3 }]);
    } finally {
      await database.close();
      await drop();
    }
  });
});
