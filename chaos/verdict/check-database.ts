import { checkHistory, type Database } from "tasker";
import type { Violation } from "./findings.ts";

/** What is wrong with the audit trail, the columns that repeat it, and who owns what; orphans are part of that. */
export async function checkDatabase(database: Database): Promise<Violation[]> {
  const { rules } = await checkHistory(database, { takeoverMs: 0 });
  return rules.flatMap(({ rule, verifies, findings, unclear }) => {
    const promise = `${rule}: ${verifies}`;
    const listed = findings.map(({ taskId, stepId, found }) => {
      return { promise, found: `task ${taskId}${stepId === null ? "" : `, step ${stepId}`}: ${found}` };
    });
    // Nobody but engines and operators has written here: there is nothing that could not be told.
    return unclear === 0 ? listed : [...listed, { promise, found: `${unclear} cases of which it cannot be told` }];
  });
}
