import type { Database } from "tasker";
import { z } from "zod";
import type { Finding } from "./measurement.ts";

const Settings = z.object({
  postgres: z.string(),
  fsync: z.string(),
  full_page_writes: z.string(),
  synchronous_commit: z.string(),
});

/**
 * Asks the server for its version and for what a commit waits for, in the session of the engine.
 * @throws Error if commits are not durable and `requireDurability` is true
 */
export async function readServerSettings(
  database: Database,
  requireDurability: boolean,
): Promise<Pick<Finding, "postgres" | "fsync" | "synchronous_commit">> {
  const [row] = await database.query(`
    select split_part(current_setting('server_version'), ' ', 1) as postgres,
      current_setting('fsync') as fsync,
      current_setting('full_page_writes') as full_page_writes,
      current_setting('synchronous_commit') as synchronous_commit`);
  const { full_page_writes, ...settings } = Settings.parse(row);
  const waits = { fsync: settings.fsync, full_page_writes, synchronous_commit: settings.synchronous_commit };
  const off = Object.entries(waits).filter(([, value]) => value === "off");
  if (requireDurability && off.length > 0) {
    throw new Error(
      `the server has ${off.map(([name]) => name).join(", ")} off, expected a server that loses no commit`,
    );
  }
  return settings;
}
