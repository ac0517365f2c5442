import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { encodeJson } from "../../src/json/encode.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const OPTIONS = { maxBytes: 1_000_000, what: "value" };

describeOnPostgres("jsonb", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  /** What PostgreSQL gives back for each value, by way of jsonb. */
  async function store(values: readonly unknown[]): Promise<unknown[]> {
    const rows = await database.query(
      "select (t::jsonb)::text as stored from unnest($1::text[]) with ordinality as u(t, n) order by n",
      [values.map((value) => encodeJson(value, OPTIONS))],
    );
    return rows.map((row) => JSON.parse(String(row.stored)));
  }

  test("gives back every value that is encoded", async () => {
    const text = fc.string({ unit: "binary" }).filter((value) => value.isWellFormed() && !value.includes("\0"));
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { depthSize: "small" },
        text,
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("tree"), { maxLength: 5 }),
        fc.dictionary(text, tie("tree"), { maxKeys: 5, noNullPrototype: true }),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(fc.array(tree, { minLength: 1, maxLength: 50 }), async (values) => {
        expect(await store(values)).toEqual(values.map((value) => JSON.parse(JSON.stringify(value))));
      }),
      { numRuns: 40 },
    );
  });

  test("accepts the deepest value, the extreme numbers and every character that is encoded", async () => {
    let deepest: unknown = {};
    for (let level = 1; level < 500; level++) deepest = { a: deepest };
    const units = Array.from({ length: 0xd800 - 1 }, (_, unit) => String.fromCharCode(unit + 1)).join("");
    const values = [deepest, [Number.MAX_VALUE, Number.MIN_VALUE, -Number.MAX_VALUE], { [units]: units }];
    expect(await store(values)).toEqual(values);
  });
});
