import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Statement } from "../../src/database/statement.ts";
import { createTestDatabase, describeOnPostgres } from "../support/test-database.ts";
import { describeStatement } from "./describe-statement.ts";

interface Found {
  readonly file: string;
  readonly exportName: string;
  readonly statement: Statement;
}

const SOURCES = fileURLToPath(new URL("../../src", import.meta.url));

const found = await findStatements();

async function findStatements(): Promise<Found[]> {
  const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const declaring = files.filter((file) => /\bstatement\(\{/.test(readFileSync(join(SOURCES, file), "utf8")));
  const perFile = await Promise.all(
    declaring.sort().map(async (file) => {
      const exported: Record<string, unknown> = await import(pathToFileURL(join(SOURCES, file)).href);
      return Object.entries(exported).flatMap(([exportName, value]) =>
        isStatement(value) ? [{ file, exportName, statement: value }] : [],
      );
    }),
  );
  return perFile.flat();
}

function isStatement(value: unknown): value is Statement {
  return (
    typeof value === "object" &&
    value !== null &&
    ["name", "text", "parameters", "columns"].every((key) => key in value)
  );
}

describe("declared statements", () => {
  test("are found", () => {
    expect(found.map(({ statement }) => statement.name)).toContain("migrations_select_applied");
  });

  test("have names of their own, which PostgreSQL does not cut", () => {
    const names = found.map(({ statement }) => statement.name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(names.filter((name) => Buffer.byteLength(name) > 63)).toEqual([]);
  });

  test("are all exported, so that this test sees them", () => {
    const unseen = readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .filter((file) => /^const \w+ = statement\(\{/m.test(readFileSync(join(SOURCES, file), "utf8")));
    expect(unseen).toEqual([]);
  });
});

describeOnPostgres("PostgreSQL agrees with the declaration of", () => {
  let client: pg.Client;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const database = await createTestDatabase();
    drop = database.drop;
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await drop();
  });

  const typeNames = async (oids: readonly number[]): Promise<string[]> => {
    const { rows } = await client.query<{ name: string }>(
      `select case when elem.typname is null then type.typname else elem.typname || '[]' end as name
       from unnest($1::oid[]) with ordinality as asked (oid, position)
       join pg_type type on type.oid = asked.oid
       left join pg_type elem on elem.oid = type.typelem and type.typcategory = 'A'
       order by position`,
      [oids],
    );
    return rows.map((row) => row.name);
  };

  const mayBeNull = async (tableId: number, columnId: number): Promise<boolean> => {
    const { rows } = await client.query<{ nullable: boolean }>(
      `select not attnotnull as nullable from pg_attribute
       where attrelid = $1 and attnum = $2 and attrelid in (select oid from pg_class where relkind in ('r', 'p'))`,
      [tableId, columnId],
    );
    return rows[0]?.nullable ?? false;
  };

  test.each(found)("$file: $statement.name", async ({ statement }) => {
    const described = await describeStatement(client, statement.text);
    expect(await typeNames(described.parameters)).toEqual(statement.parameters.map((type) => type.sql));

    const types = await typeNames(described.columns.map((column) => column.dataTypeID));
    expect(Object.fromEntries(described.columns.map((column, index) => [column.name, types[index]]))).toEqual(
      Object.fromEntries(Object.entries(statement.columns).map(([name, type]) => [name, type.sql])),
    );

    // a column that is NOT NULL may still be declared nullable: an outer join makes it so
    const wrongly: string[] = [];
    for (const { name, tableID, columnID } of described.columns) {
      if (tableID === 0 || statement.columns[name]?.nullable === true) continue;
      if (await mayBeNull(tableID, columnID)) wrongly.push(name);
    }
    expect(wrongly, "columns declared not null that the table lets be null").toEqual([]);
  });
});
