import type { Database } from "../../database/database.ts";
import type { HealthCheck } from "../health-report.ts";

/** Waiting calls for each connection from which on a pool counts as exhausted. */
const CROWDED = 10;

/** Whether connections of the process's pool can be had. Asks nothing of the server. */
export function poolCheck(database: () => Promise<Database>): HealthCheck {
  return {
    name: "pool",
    failure: "Pool of connections cannot be looked at",
    async run() {
      const usage = (await database()).poolUsage();
      if (usage === null) return { healthy: true, message: "The embedded database has one connection" };
      const { size, busy, waiting } = usage;
      const healthy = busy < size || waiting < CROWDED * size;
      const message = healthy ? "Connections are available" : `${waiting} calls wait for one of ${size} connections`;
      return { healthy, message, details: { size, busy, waiting } };
    },
  };
}
