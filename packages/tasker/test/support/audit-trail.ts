import { expect } from "vitest";
import { checkHistory } from "../../src/checker/check-history.ts";
import type { Database } from "../../src/database/database.ts";

/** Everything in the database that breaks a rule of the audit trail, a line for each. */
export async function findAuditViolations(database: Database): Promise<string[]> {
  const { rules } = await checkHistory(database, { limit: 5, takeoverMs: 0 });
  return rules.flatMap(({ rule, findings }) =>
    findings
      .filter(({ unclear }) => !unclear)
      .map(({ taskId, stepId, found }) => `${rule}: task ${taskId}, step ${stepId ?? "none"}: ${found}`),
  );
}

/** Asserts that the whole database keeps the rules of the audit trail. Call it at the end of a scenario. */
export async function expectCleanAuditTrail(database: Database): Promise<void> {
  expect(await findAuditViolations(database)).toEqual([]);
}
