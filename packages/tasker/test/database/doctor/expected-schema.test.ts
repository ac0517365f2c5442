import { describe, expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { readExpectedSchema } from "../../../src/database/doctor/expected-schema.ts";
import { openEmbedded } from "../../../src/database/embedded.ts";
import { readMigrations } from "../../../src/database/migration-files.ts";
import { openPostgres } from "../../../src/database/postgres.ts";
import { deriveSchema } from "../../support/derive-schema.ts";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";

/** If this fails, a migration was changed since: run `npm run schema`. */
async function expectToBeExpected(database: Database): Promise<void> {
  expect(await deriveSchema(database)).toEqual(readExpectedSchema());
}

describeOnPostgres("the expected schema (PostgreSQL)", () => {
  test("is what the migrations make", async () => {
    const { url, drop } = await createTestDatabase({ template: "template0" });
    const database = await openPostgres(url, { connections: 1 });
    await expectToBeExpected(database);
    await database.close();
    await drop();
  });
});

describe("the expected schema", () => {
  test("is what the migrations make of the embedded database", async () => {
    const database = await openEmbedded(null);
    await expectToBeExpected(database);
    await database.close();
  });

  test("tells of each object which migration made it what it is", () => {
    const { tables, functions } = readExpectedSchema();
    const migrationOf = (objects: readonly { name: string; migration: number }[], name: string) =>
      objects.find((one) => one.name === name)?.migration;
    expect(migrationOf(tables, "tasker_migrations")).toBe(0);
    expect(migrationOf(tables, "tasker_tasks")).toBe(1);
    expect(migrationOf(tables, "tasker_task_runs")).toBe(2);
    for (const { name, migration } of functions) {
      const changing = readMigrations().filter(({ sql }) => sql.includes(`function ${name}(`));
      expect(
        changing.map(({ number }) => number),
        name,
      ).toContain(migration);
    }
  });
});
