import { describe, expect, inject, onTestFinished, test } from "vitest";
import { migrate, migrationStatus } from "../../../src/database/migrate.ts";
import { openPostgres } from "../../../src/database/postgres.ts";
import { int4 } from "../../../src/database/sql-type.ts";
import { statement } from "../../../src/database/statement.ts";
import { startPgBouncer } from "../../support/pgbouncer.ts";
import { createTestDatabase } from "../../support/test-database.ts";
import { runUnderLoad } from "./load.ts";

const one = statement({ name: "one", text: "select $1::int4 as n", parameters: [int4], columns: { n: int4 } });

/** A database behind a PgBouncer that gives each transaction one of two connections of the server. */
async function openBehindPgBouncer(template?: string) {
  const { url, drop } = await createTestDatabase(template === undefined ? {} : { template });
  onTestFinished(drop);
  const database = await openPostgres(await startPgBouncer(url, 2), { connections: 6 });
  onTestFinished(() => database.close());
  return { database, url };
}

describe.skipIf(inject("postgres") === null || inject("pgbouncer") === null)(
  "a database behind PgBouncer in transaction mode",
  () => {
    test("is noticed: no statement is prepared under a name, and others meet no setting of ours", async () => {
      const { database } = await openBehindPgBouncer();
      const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => database.run(one, [n])));
      expect(answers.map(([row]) => row?.n)).toEqual(Array.from({ length: 12 }, (_, n) => n));
      expect(await database.query("select name from pg_prepared_statements")).toEqual([]);
      const [settings] = await database.query(
        `select current_setting('TimeZone') as zone, current_setting('DateStyle') as dates,
           current_setting('statement_timeout') as timeout, current_setting('default_transaction_isolation') as isolation`,
      );
      expect(settings).toEqual({ zone: "UTC", dates: "ISO, YMD", timeout: "0", isolation: "read committed" });
    });

    test("is migrated by two processes at once, each migration once", async () => {
      const { database } = await openBehindPgBouncer("template0");
      await Promise.all([migrate(database), migrate(database)]);
      expect((await migrationStatus(database)).every(({ appliedAt }) => appliedAt !== null)).toBe(true);
    });

    test("runs tasks on more connections than the server has, also when those are cut", async () => {
      const { database, url } = await openBehindPgBouncer();
      const administrator = await openPostgres(url, { connections: 1 });
      onTestFinished(() => administrator.close());
      const { tasks } = await runUnderLoad(database, async () => {
        for (let cut = 0; cut < 3; cut++) {
          await new Promise((resolve) => setTimeout(resolve, 150));
          await administrator.query(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
          );
        }
      });
      expect(tasks).toBeGreaterThanOrEqual(30);
    });
  },
);
