import type { Connection } from "../../database/database.ts";
import { bool } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import type { HealthCheck } from "../health-report.ts";

/** A sign of life, and whether the server takes writes. */
export const pingDatabase = statement({
  name: "health_ping",
  text: `
    select pg_is_in_recovery() as is_standby, current_setting('transaction_read_only') = 'on' as is_read_only`,
  parameters: [],
  columns: { is_standby: bool, is_read_only: bool },
});

/** Whether the database answers and can be written to. Costs one round trip. */
export function databaseCheck(database: () => Promise<Connection>): HealthCheck {
  return {
    name: "database",
    failure: "Database connection failed",
    async run() {
      const [answer] = await (await database()).run(pingDatabase, []);
      if (answer?.is_read_only !== true) return { healthy: true, message: "Database connection active" };
      const why = answer.is_standby ? "it is a standby" : "it is set to read only";
      return { healthy: false, message: `Database takes no writes: ${why}`, details: { read_only: true } };
    },
  };
}
