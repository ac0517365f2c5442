import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { describeEachDatabase } from "../support/test-database.ts";

describeEachDatabase("a database", (open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());

  describe("transactions", () => {
    test("commit when the work resolves", async () => {
      await database.transaction(async (transaction) => {
        await transaction.query(
          "insert into tasker_annotation_types (name, created_at, updated_at) values ($1, $2, $2)",
          ["kept", new Date(0)],
        );
      });
      expect(await database.query("select name, created_at from tasker_annotation_types")).toEqual([
        { name: "kept", created_at: new Date(0) },
      ]);
    });
  });
});
