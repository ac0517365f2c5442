import type { Database } from "../../src/database/database.ts";
import { examineSchema } from "../../src/database/doctor/examine-schema.ts";
import type { Finding } from "../../src/database/doctor/finding.ts";
import { migrate } from "../../src/database/migrate.ts";

/** Findings that an empty test database never has, whatever the server's settings are. */
export async function findFaults(database: Database): Promise<Finding[]> {
  const { findings } = await examineSchema(database);
  return findings.filter(({ topic }) => topic !== "settings");
}

/** Does what findings say, in their order. */
export async function mend(database: Database, findings: readonly Finding[]): Promise<void> {
  for (const { statements, command } of findings) {
    if (command === "tasker db migrate") await migrate(database);
    for (const statement of statements) await database.execute(statement);
  }
}
