import { type Database, findOrphans } from "tasker";
import { findAuditViolations } from "../../packages/tasker/test/support/audit-trail.ts";
import type { Violation } from "./findings.ts";

/** Rules about times that processes give by their own clocks, which a run sets off by hours. */
const ABOUT_CLOCKS = [
  "rises with the sort key of each owner and with the time",
  "last_attempted_at",
  "mark and its transition",
];

/** What is wrong with the audit trail, and the tasks that nobody will go on with. */
export async function checkDatabase(database: Database): Promise<Violation[]> {
  const history = await findAuditViolations(database);
  const orphans = await findOrphans(database, 0);
  return [
    ...history
      .filter((line) => !ABOUT_CLOCKS.some((text) => line.includes(text)))
      .map((found) => ({ promise: "the audit trail keeps its rules", found })),
    ...orphans.map(({ taskId, reason }) => ({ promise: "no orphan", found: `task ${taskId}: ${reason}` })),
  ];
}
