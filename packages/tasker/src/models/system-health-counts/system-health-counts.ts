import type { Connection } from "../../database/database.ts";
import { countsOf, type SystemHealthCounts, selectSystemHealthCounts } from "./counts-row.ts";

export type { SystemHealthCounts } from "./counts-row.ts";

/** Counts tasks and steps by state, and connections. Reads all current transitions. */
export async function call(connection: Connection): Promise<SystemHealthCounts> {
  return countsOf(await connection.run(selectSystemHealthCounts, []));
}
