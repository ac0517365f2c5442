import type { Connection } from "../../database/database.ts";
import { jsonb } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import { encodeJson } from "../../json/encode.ts";
import { truncateText } from "../../text/bounded-text.ts";
import type { AuditEntry } from "./audit-entry.ts";

const MOST_DETAIL_BYTES = 64_000;
const LONGEST_NAME = 64;
const LONGEST_TEXT = 255;

/** Writes rows of the audit log, in their order. */
export const insertAudit = statement({
  name: "audit_insert",
  text: `
    insert into tasker_audit_log
      (at, actor, actor_kind, source, address, action, resource, resource_id, namespace, request_id, details)
    select at, actor, actor_kind, source, address, action, resource, resource_id, namespace, request_id, details
    from jsonb_array_elements($1) with ordinality as given (entry, place)
    cross join lateral jsonb_to_record(entry) as e (
      at timestamp, actor text, actor_kind text, source text, address text, action text, resource text, resource_id text,
      namespace text, request_id text, details jsonb)
    order by place`,
  parameters: [jsonb],
  columns: {},
});

/**
 * Writes to the audit log what somebody does, on the connection of the transaction that does it: it is recorded if, and only
 * if, that commits. One statement for any number of entries. Texts that are too long are cut.
 * @throws UnencodableValueError, ValueTooLargeError for details that cannot be stored
 */
export async function recordAudit(connection: Connection, ...entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map((entry) => ({
    at: entry.at.toISOString(),
    actor: cut(entry.actor, LONGEST_TEXT),
    actor_kind: entry.actorKind,
    source: cut(entry.source, LONGEST_NAME),
    address: cut(entry.address, LONGEST_TEXT),
    action: cut(entry.action, LONGEST_NAME),
    resource: cut(entry.resource, LONGEST_NAME),
    resource_id: cut(entry.resourceId?.toString(), LONGEST_TEXT),
    namespace: cut(entry.namespace, LONGEST_TEXT),
    request_id: cut(entry.requestId, LONGEST_TEXT),
    details: entry.details ?? {},
  }));
  const what = "an entry of the audit log";
  const texts = rows.map((row) => encodeJson(row, { maxBytes: MOST_DETAIL_BYTES, what }));
  await connection.run(insertAudit, [`[${texts.join(",")}]`]);
}

function cut(text: string | undefined, most: number): string | undefined {
  return text === undefined ? undefined : truncateText(text, most);
}
