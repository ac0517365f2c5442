import type { Connection } from "../../database/database.ts";
import { array, int4, int8, jsonb, nullable, text, timestamp, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import type { AuditRecord } from "./audit-entry.ts";

/** Which rows of the audit log; what is absent filters nothing. */
export interface AuditFilter {
  readonly actor?: string | undefined;
  /** An action, such as `token.create`, or all of a kind: `token.*`. */
  readonly action?: string | undefined;
  /** A resource, such as `tasker.task`. */
  readonly resource?: string | undefined;
  readonly resourceId?: string | undefined;
  /** Only what belongs to one of these namespaces. */
  readonly namespaces?: readonly string[] | undefined;
  /** Not before this moment. */
  readonly since?: Date | undefined;
  /** Only those with lesser ids: to read on. */
  readonly before?: number | undefined;
  /** Most rows. Default: 100. */
  readonly limit?: number | undefined;
}

/** Rows of the audit log, newest first. */
export const selectAudit = statement({
  name: "audit_list",
  text: `
    select id, at, actor, actor_kind, source, address, action, resource, resource_id, namespace, request_id, details
    from tasker_audit_log
    where ($1::text is null or actor = $1::text)
      and ($2::text is null or action = $2::text
        or (right($2::text, 2) = '.*' and starts_with(action, left($2::text, -1))))
      and ($3::text is null or resource = $3::text) and ($4::text is null or resource_id = $4::text)
      and ($5::text[] is null or namespace = any ($5::text[]))
      and ($6::timestamp is null or at >= $6::timestamp) and ($7::int8 is null or id < $7::int8)
    order by id desc limit $8::int4`,
  parameters: [
    nullable(text),
    nullable(text),
    nullable(text),
    nullable(text),
    nullable(array(text)),
    nullable(timestamp),
    nullable(int8),
    int4,
  ],
  columns: {
    id: int8,
    at: timestamp,
    actor: varchar,
    actor_kind: varchar,
    source: varchar,
    address: nullable(varchar),
    action: varchar,
    resource: varchar,
    resource_id: nullable(varchar),
    namespace: nullable(varchar),
    request_id: nullable(varchar),
    details: jsonb,
  },
});

/** Rows of the audit log, newest first. */
export async function listAudit(connection: Connection, filter: AuditFilter = {}): Promise<readonly AuditRecord[]> {
  const rows = await connection.run(selectAudit, [
    filter.actor ?? null,
    filter.action ?? null,
    filter.resource ?? null,
    filter.resourceId ?? null,
    filter.namespaces ?? null,
    filter.since ?? null,
    filter.before ?? null,
    filter.limit ?? 100,
  ]);
  return rows.map(({ actor_kind: actorKind, resource_id: resourceId, request_id: requestId, ...row }) => ({
    ...row,
    actorKind,
    resourceId,
    requestId,
  }));
}
