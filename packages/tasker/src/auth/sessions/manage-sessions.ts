import { type Clock, systemClock } from "../../clock/clock.ts";
import type { Connection, Database } from "../../database/database.ts";
import { int4, int8, nullable, text, timestamp } from "../../database/sql-type.ts";
import { type RowOf, statement } from "../../database/statement.ts";
import { NotFoundError } from "../../errors/index.ts";
import type { AuditActor } from "../audit/audit-entry.ts";
import { recordAudit } from "../audit/record-audit.ts";

/** Sessions that have not ended by themselves, newest first. */
export const selectSessions = statement({
  name: "session_list",
  text: `
    select session_id, (principal ->> 'id')::text as principal_id, (principal ->> 'name')::text as name, token_id, created_at,
      idle_until, expires_at
    from tasker_sessions
    where idle_until > $1 and expires_at > $1 and ($2::int8 is null or session_id < $2::int8)
    order by session_id desc limit $3::int4`,
  parameters: [timestamp, nullable(int8), int4],
  columns: {
    session_id: int8,
    principal_id: nullable(text),
    name: nullable(text),
    token_id: nullable(int8),
    created_at: timestamp,
    idle_until: timestamp,
    expires_at: timestamp,
  },
});

/** Ends a session. */
export const deleteSessionById = statement({
  name: "session_delete_by_id",
  text: "delete from tasker_sessions where session_id = $1 returning session_id",
  parameters: [int8],
  columns: { session_id: int8 },
});

/** A session, without its secret. */
export type SessionRow = RowOf<typeof selectSessions.columns>;

/** Which sessions. */
export interface SessionFilter {
  /** Only those with lesser ids: to read on. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** Sessions that have not ended, newest first. */
export function listSessions(
  connection: Connection,
  { before, limit }: SessionFilter,
  { clock = systemClock }: { readonly clock?: Clock } = {},
): Promise<SessionRow[]> {
  return connection.run(selectSessions, [new Date(clock.now()), before ?? null, limit]);
}

/** Ends a session, whosever it is: its next request counts as one of nobody. @throws NotFoundError */
export async function endSession(
  database: Database,
  id: number,
  by: AuditActor,
  { clock = systemClock }: { readonly clock?: Clock } = {},
): Promise<void> {
  await database.transaction(async (transaction) => {
    const [ended] = await transaction.run(deleteSessionById, [id]);
    if (ended === undefined) throw new NotFoundError(`there is no session ${id}`, { context: { id } });
    const entry = { action: "session.destroy", resource: "tasker.session", resourceId: id };
    await recordAudit(transaction, { ...by, at: new Date(clock.now()), ...entry });
  });
}
