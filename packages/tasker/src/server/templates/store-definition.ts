import type { AuditEntry } from "../../auth/audit/audit-entry.ts";
import { recordAudit } from "../../auth/audit/record-audit.ts";
import type { Database } from "../../database/database.ts";
import { text, timestamp } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import { DefinitionCache } from "../../engine/compiled-definition.ts";
import { DefinitionNaming } from "../../engine/name-definition.ts";
import { StaleVersionError } from "../../errors/index.ts";
import { latestDefinition } from "../../reading/templates/latest-definition.ts";
import type { TaskDefinition } from "../../templates/definition.ts";
import { nameOf } from "./read-document.ts";

/** Lets one definition at a time be decided and written, by whomever. */
const LOCK = "lock table tasker_definitions in share row exclusive mode";

/** Has a definition come last under its name, also one that was there before. */
export const raiseDefinition = statement({
  name: "raise_definition",
  text: `
    update tasker_definitions d set created_at = greatest(d.created_at, $2, (
      select max(o.created_at) + interval '1 microsecond' from tasker_definitions o
      where o.namespace = d.namespace and o.name = d.name and o.definition_hash <> d.definition_hash
    ))
    where d.definition_hash = $1`,
  parameters: [text, timestamp],
  columns: {},
});

/** A definition that is to come last under its name. */
export interface DefinitionChange {
  readonly definition: TaskDefinition;
  /** Of the definition that came last when it was decided; null: there was none. */
  readonly baseHash: string | null;
  /** As it is written to the audit log. */
  readonly entry: AuditEntry;
}

/**
 * Writes a definition with the names that it needs, in one transaction with its row of the audit log.
 * @returns false if it came last already
 * @throws StaleVersionError if another definition came last than was thought
 */
export function storeDefinition(
  database: Pick<Database, "transaction">,
  { definition, baseHash, entry }: DefinitionChange,
): Promise<boolean> {
  return database.transaction(async (transaction) => {
    await transaction.execute(LOCK);
    const { namespace, name, hash } = nameOf(definition);
    const [last] = await transaction.run(latestDefinition, [namespace, name]);
    const found = last?.definition_hash ?? null;
    if (found !== baseHash) {
      const expected = baseHash ?? "no definition";
      throw new StaleVersionError(
        `the definition of ${namespace}.${name} that came last is ${found ?? "none"}, expected ${expected}: plan again`,
        { context: { namespace, name, value: found, expected } },
      );
    }
    if (found === hash) return false;
    await new DefinitionNaming().find(transaction, new DefinitionCache().compile(definition), entry.at, false);
    await transaction.run(raiseDefinition, [hash, entry.at]);
    await recordAudit(transaction, entry);
    return true;
  });
}
