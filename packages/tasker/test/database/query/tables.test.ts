import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { TABLES } from "../../../src/database/query/tables.ts";
import { describeEachDatabase } from "../../support/test-database.ts";

interface CatalogColumn {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly defaulted: boolean;
}

describeEachDatabase("the tables that queries are typed with", (open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());

  const columnsOf = async (table: string): Promise<CatalogColumn[]> => {
    const rows = await database.query(
      `select attname as name, typname as type, attnotnull as required, atthasdef as defaulted
       from pg_attribute join pg_type on pg_type.oid = atttypid
       where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
      [table],
    );
    return rows.map(({ name, type, required, defaulted }) => ({
      name: String(name),
      type: String(type),
      required: required === true,
      defaulted: defaulted === true,
    }));
  };

  describe.each(Object.entries(TABLES))("%s", (table, { columns, defaulted }) => {
    test("declares each column with its type", async () => {
      const found = await columnsOf(table);
      expect(Object.fromEntries(found.map(({ name, type }) => [name, type]))).toEqual(
        Object.fromEntries(Object.entries(columns).map(([name, type]) => [name, type.sql])),
      );
    });

    test("declares what may be null, and what has a default", async () => {
      const found = await columnsOf(table);
      const isView = found.every(({ required }) => !required);
      if (!isView) {
        expect(found.filter(({ required }) => !required).map(({ name }) => name)).toEqual(
          found.map(({ name }) => name).filter((name) => Reflect.get(columns, name).nullable),
        );
      }
      expect(
        found
          .filter((column) => column.defaulted)
          .map(({ name }) => name)
          .sort(),
      ).toEqual([...defaulted].sort());
    });
  });
});
