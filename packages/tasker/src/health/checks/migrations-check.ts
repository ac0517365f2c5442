import type { Database } from "../../database/database.ts";
import { labelOf, migrationStatus } from "../../database/migrate.ts";
import type { HealthCheck } from "../health-report.ts";

/** Whether the schema is the one of this release. Costs two round trips; that all is well is kept for a while. */
export function migrationsCheck(database: () => Promise<Database>): HealthCheck {
  return {
    name: "migrations",
    failure: "Schema is not the one of this release",
    async run() {
      const migrations = await migrationStatus(await database());
      const pending = migrations.filter(({ appliedAt }) => appliedAt === null).map(labelOf);
      const details = { schema_version: migrations.length - pending.length, expected_version: migrations.length };
      if (pending.length === 0) return { healthy: true, message: "Schema is up to date", details };
      const count = pending.length === 1 ? "1 migration is" : `${pending.length} migrations are`;
      return { healthy: false, message: `${count} not applied`, details: { ...details, pending } };
    },
  };
}
