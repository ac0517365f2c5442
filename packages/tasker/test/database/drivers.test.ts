import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import {
  array,
  bool,
  float8,
  int2,
  int4,
  int8,
  json,
  jsonb,
  nullable,
  type SqlType,
  text,
  timestamp,
  varchar,
} from "../../src/database/sql-type.ts";
import { statement } from "../../src/database/statement.ts";
import {
  DatabaseStatementError,
  InvalidRequestError,
  NotRunningError,
  ProceduralError,
  UnsafeIntegerError,
} from "../../src/errors/index.ts";
import { describeEachDatabase, openMigratedEmbedded, openTestDatabase } from "../support/test-database.ts";

/** Strings that PostgreSQL stores: no U+0000 and no lone surrogate. */
const storableText = fc.string({ unit: "binary" }).filter((value) => value.isWellFormed() && !value.includes("\0"));

const insertType = statement({
  name: "test_insert_annotation_type",
  text: "insert into tasker_annotation_types (name, created_at, updated_at) values ($1, $2, $2) returning annotation_type_id as id",
  parameters: [text, timestamp],
  columns: { id: int4 },
});

const NOW = new Date("2026-02-03T04:05:06.789Z");

describeEachDatabase("a database", (open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());

  /** Sends a value as a parameter of a type and gives what comes back. */
  async function roundTrip(type: SqlType<unknown>, value: unknown): Promise<unknown> {
    const echo = statement({
      name: `test_echo_${type.sql}`,
      text: `select $1::${type.sql} as value`,
      parameters: [nullable(type)],
      columns: { value: nullable(type) },
    });
    const [row] = await database.run(echo, [value]);
    return row?.value;
  }

  const one = async (sql: string): Promise<unknown> => (await database.query(`select ${sql} as value`))[0]?.value;
  const names = async () =>
    (await database.query("select name from tasker_annotation_types order by annotation_type_id")).map(
      (row) => row.name,
    );

  describe("values", () => {
    const types = { int8, int4, int2, float8, bool, text, varchar, timestamp, json, jsonb, array: array(int8) };
    test.each(Object.entries(types))("%s: null stays null", async (_name, type) => {
      expect(await roundTrip(type, null)).toBeNull();
    });

    test.each([
      [int8, [0, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]],
      [int4, [2 ** 31 - 1, -(2 ** 31)]],
      [int2, [32_767, -32_768]],
      [float8, [0.1, -1e308, 5e-324, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]],
      [bool, [true, false]],
      [text, ["", "null", "{}", "\\", "'\"", "\n\t", "naïve 漢字 \u{1f469}\u200d\u{1f469}\u200d\u{1f467} \u{10ffff}"]],
      [varchar, ["", " trailing "]],
    ])("$sql comes back as it was sent", async (type, values) => {
      for (const value of values) expect(await roundTrip(type, value)).toBe(value);
    });

    test.each([
      "9007199254740992",
      "-9007199254740992",
      "9223372036854775807",
      "-9223372036854775808",
    ])("the integer %s is refused, in an array too", async (digits) => {
      await expect(one(`'${digits}'::int8`)).rejects.toThrow(UnsafeIntegerError);
      await expect(one(`'{${digits}}'::int8[]`)).rejects.toThrow(digits);
      expect(await one("1")).toBe(1);
    });

    test("any text that PostgreSQL can hold comes back as it was sent, alone and in arrays", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.option(storableText)), async (values) => {
          expect(await roundTrip(array(text), values)).toEqual(values);
          expect(await roundTrip(text, values.join(","))).toBe(values.join(","));
        }),
        { numRuns: 50 },
      );
    });

    test("json comes parsed, whatever its kind", async () => {
      const values = [0, -1.5, "", 'quo"ted', true, null, [], [1, null, "a"], { a: { b: [] }, "": "é" }];
      for (const type of [json, jsonb]) {
        for (const value of values) expect(await roundTrip(type, JSON.stringify(value))).toEqual(value);
      }
      expect(await one("array['{\"a\": [1]}', 'null', '\"x\"']::jsonb[]")).toEqual([{ a: [1] }, null, "x"]);
      expect(await one("jsonb_build_object('a', null) -> 'a' is null")).toBe(false);
    });

    test("arrays of every type come parsed", async () => {
      expect(await roundTrip(array(int8), [1, -2, Number.MAX_SAFE_INTEGER])).toEqual([1, -2, Number.MAX_SAFE_INTEGER]);
      expect(await roundTrip(array(nullable(int4)), [])).toEqual([]);
      expect(await roundTrip(array(nullable(int4)), [1, null])).toEqual([1, null]);
      expect(await roundTrip(array(bool), [true, false])).toEqual([true, false]);
      expect(await roundTrip(array(float8), [0.5, Number.POSITIVE_INFINITY])).toEqual([0.5, Number.POSITIVE_INFINITY]);
      expect(await roundTrip(array(timestamp), [NOW])).toEqual([NOW]);
      expect(await roundTrip(array(jsonb), ['{"a":"}{\\",\\""}'])).toEqual([{ a: '}{","' }]);
      expect(await roundTrip(array(varchar), ["NULL", "null", "", "{a,b}"])).toEqual(["NULL", "null", "", "{a,b}"]);
      expect(await one("array[[1, 2], [3, null]]::int4[]")).toEqual([
        [1, 2],
        [3, null],
      ]);
      expect(await one("'[2:3]={7,8}'::int4[]")).toEqual([7, 8]);
    });

    test("types without a meaning of their own stay text", async () => {
      expect(await one("12345678901234567890.10::numeric")).toBe("12345678901234567890.10");
      expect(await one("'2026-02-03'::date")).toBe("2026-02-03");
      expect(await one("'\\x00ff'::bytea")).toBe("\\x00ff");
      expect(await one("'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid")).toBe("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
    });

    test("an object is no parameter: JSON is given as text", async () => {
      await expect(database.query("select $1::jsonb", [{ a: 1 }])).rejects.toThrow(InvalidRequestError);
      await expect(database.query("select $1::int4[]", [[[1]]])).rejects.toThrow("an array inside an array");
    });
  });

  describe("timestamps", () => {
    test.each([
      "1970-01-01T00:00:00.000Z",
      "1969-12-31T23:59:59.999Z",
      "0001-01-01T00:00:00.001Z",
      "0099-12-31T00:00:00.000Z",
      "-000001-06-01T00:00:00.000Z",
      "9999-12-31T23:59:59.999Z",
      "+010000-01-01T00:00:00.000Z",
      // these fall into hours that summer time repeats or leaves out somewhere
      "2026-03-08T05:30:00.000Z",
      "2026-11-01T04:31:00.000Z",
    ])("%s comes back as it was sent, and is stored as that time of day", async (iso) => {
      expect(await roundTrip(timestamp, new Date(iso))).toEqual(new Date(iso));
      const [row] = await database.query("select to_char($1::timestamp, 'HH24:MI:SS.MS') as clock", [new Date(iso)]);
      expect(row?.clock).toBe(iso.slice(-13, -1));
    });

    test("any date that both sides know comes back as it was sent", async () => {
      const dates = fc.date({ min: new Date("-004000-01-01T00:00:00Z"), max: new Date("+200000-01-01T00:00:00Z") });
      await fc.assert(
        fc.asyncProperty(
          dates.filter((date) => !Number.isNaN(date.getTime())),
          async (date) => {
            expect(await roundTrip(timestamp, date)).toEqual(date);
          },
        ),
        { numRuns: 50 },
      );
    });

    test("microseconds are cut to the millisecond below, before 1970 too", async () => {
      expect(await one("'1969-12-31 23:59:59.999999'::timestamp")).toEqual(new Date(-1));
      expect(await one("'1969-12-31 23:59:59.000001'::timestamp")).toEqual(new Date(-1000));
      expect(await one("'9999-12-31 23:59:59.999999'::timestamp")).toEqual(new Date("9999-12-31T23:59:59.999Z"));
    });

    test("infinity is the last instant that a Date holds, both ways", async () => {
      expect(await one("'infinity'::timestamp")).toEqual(new Date(8.64e15));
      expect(await roundTrip(timestamp, new Date(-8.64e15))).toEqual(new Date(-8.64e15));
      expect(await one("'-infinity'::timestamp")).toEqual(new Date(-8.64e15));
    });

    test("timestamps with time zone are instants", async () => {
      expect(await one("'2026-02-03 04:05:06.789+05:30'::timestamptz")).toEqual(new Date("2026-02-02T22:35:06.789Z"));
    });

    test("the session's zone is UTC, whatever the server's and the machine's are", async () => {
      expect(await one("current_setting('TimeZone')")).toBe("UTC");
      expect(await one("(now() at time zone 'UTC' = now()::timestamp)")).toBe(true);
      const before = process.env.TZ;
      process.env.TZ = "Asia/Kathmandu";
      try {
        expect(NOW.getTimezoneOffset()).toBe(-345);
        expect(await roundTrip(timestamp, NOW)).toEqual(NOW);
        expect(await one("'2026-02-03 04:05:06.789'::timestamp")).toEqual(NOW);
      } finally {
        if (before === undefined) delete process.env.TZ;
        else process.env.TZ = before;
      }
    });

    test("an invalid date is refused before it is sent", async () => {
      await expect(roundTrip(timestamp, new Date(Number.NaN))).rejects.toThrow(RangeError);
    });
  });

  describe("statements", () => {
    test("run many times under one name", async () => {
      const [first] = await database.run(insertType, ["repeated 1", NOW]);
      const [second] = await database.run(insertType, ["repeated 2", NOW]);
      expect(second?.id).toBe((first?.id ?? 0) + 1);
    });

    test("a refused one says why, by name and without the parameters", async () => {
      await database.run(insertType, ["twice", NOW]);
      const refusal = await database.run(insertType, ["twice", NOW]).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(DatabaseStatementError);
      expect(refusal).toMatchObject({
        message: expect.stringContaining("test_insert_annotation_type"),
        context: {
          sqlstate: "23505",
          statement: "test_insert_annotation_type",
          constraint: "annotation_types_name_unique",
          detail: "Key (name)=(twice) already exists.",
        },
      });
      expect(await one("1")).toBe(1);
    });

    test("one that was refused the first time works the next time", async () => {
      const half = statement({
        name: "test_half",
        text: "select 10 / $1::int4 as half",
        parameters: [int4],
        columns: { half: int4 },
      });
      await expect(database.run(half, [0])).rejects.toMatchObject({ context: { sqlstate: "22012" } });
      await expect(database.run(half, [Number.NaN])).rejects.toMatchObject({ context: { sqlstate: "22P02" } });
      expect(await database.run(half, [2])).toEqual([{ half: 5 }]);
    });

    test("a refusal fits on a screen", async () => {
      const refusal = await database.query("select nothing from nowhere").catch((error: unknown) => error);
      expect(refusal).toMatchObject({ context: { sqlstate: "42P01", statement: "select nothing from nowhere" } });
      expect(refusal instanceof Error ? (refusal.stack?.length ?? 0) : 0).toBeLessThan(4_000);
    });

    test("U+0000 is the database's refusal, not the driver's", async () => {
      await expect(roundTrip(text, "a\0b")).rejects.toMatchObject({ context: { sqlstate: "22021" } });
    });

    test("execute runs any number of statements", async () => {
      await database.execute("create table scratch (n int4); insert into scratch values (1), (2);");
      expect(await one("(select sum(n) from scratch)::int4")).toBe(3);
      await database.execute("drop table scratch");
    });

    test("many at once are all answered", async () => {
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, n) => database.query("select $1::int4 as n", [n])),
      );
      expect(answers.map(([row]) => row?.n)).toEqual(Array.from({ length: 50 }, (_, n) => n));
    });
  });

  describe("transactions", () => {
    test("commit when the work resolves, and give its result", async () => {
      const result = await database.transaction(async (transaction) => {
        await transaction.run(insertType, ["kept", NOW]);
        return "done";
      });
      expect(result).toBe("done");
      expect(await names()).toContain("kept");
    });

    test("leave nothing when the work throws, and pass its error on", async () => {
      const trouble = new Error("trouble");
      const work = database.transaction(async (transaction) => {
        await transaction.run(insertType, ["dropped", NOW]);
        throw trouble;
      });
      await expect(work).rejects.toBe(trouble);
      expect(await names()).not.toContain("dropped");
    });

    test("leave nothing when a statement is refused", async () => {
      const work = database.transaction(async (transaction) => {
        await transaction.run(insertType, ["before", NOW]);
        await transaction.query("select 1/0");
      });
      await expect(work).rejects.toMatchObject({ context: { sqlstate: "22012" } });
      expect(await names()).not.toContain("before");
    });

    test("say so when the work hid a refused statement and so nothing could be committed", async () => {
      const work = database.transaction(async (transaction) => {
        await transaction.run(insertType, ["hidden", NOW]);
        await transaction.query("select 1/0").catch(() => undefined);
      });
      await expect(work).rejects.toMatchObject({ context: { sqlstate: "25P02", statement: "commit" } });
      expect(await names()).not.toContain("hidden");
    });

    test("are READ COMMITTED", async () => {
      const [row] = await database.transaction((transaction) => transaction.query("show transaction_isolation"));
      expect(row?.transaction_isolation).toBe("read committed");
    });

    test("run calls that overlap one after the other", async () => {
      const order = await database.transaction(async (transaction) => {
        const rows = await Promise.all([1, 2, 3].map((n) => transaction.query("select $1::int4 as n", [n])));
        return rows.flat().map((row) => row.n);
      });
      expect(order).toEqual([1, 2, 3]);
    });

    test("finish calls that the work did not wait for, and refuse later ones", async () => {
      let late: (() => Promise<unknown>) | undefined;
      await database.transaction(async (transaction) => {
        void transaction.run(insertType, ["not awaited", NOW]);
        late = () => transaction.query("select 1");
      });
      expect(await names()).toContain("not awaited");
      await expect(late?.()).rejects.toThrow(ProceduralError);
    });

    test("at the same time all come to an end", async () => {
      const inserts = Array.from({ length: 20 }, (_, n) =>
        database.transaction(async (transaction) => {
          await transaction.run(insertType, [`parallel ${n}`, NOW]);
          return transaction.query("select 1");
        }),
      );
      await Promise.all(inserts);
      expect((await names()).filter((name) => String(name).startsWith("parallel"))).toHaveLength(20);
    });
  });

  test("a call after closing is refused, and closing twice is closing once", async () => {
    const closed = await openAnother(database);
    const running = closed.query("select 1 as n");
    await Promise.all([closed.close(), closed.close()]);
    expect(await running).toEqual([{ n: 1 }]);
    await expect(closed.query("select 1")).rejects.toThrow(NotRunningError);
    await expect(closed.transaction(async () => 1)).rejects.toThrow(NotRunningError);
  });
});

/** A database of the same kind that a test may close. */
function openAnother(database: Database): Promise<Database> {
  return database.kind === "embedded" ? openMigratedEmbedded() : openTestDatabase();
}
