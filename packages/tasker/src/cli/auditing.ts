import type { AuditEntry } from "../auth/audit/audit-entry.ts";
import { recordAudit } from "../auth/audit/record-audit.ts";
import type { Connection } from "../database/database.ts";
import { currentUser } from "./current-user.ts";
import type { CommandIo } from "./io.ts";

/** What somebody does at the command line; who it is, is whom the system knows. */
export type CommandDeed = Pick<AuditEntry, "action" | "resource" | "resourceId" | "namespace" | "details">;

/** Writes what a command does to the audit log, on the connection that does it. */
export function auditing(
  io: Pick<CommandIo, "env" | "clock">,
  ...deeds: readonly CommandDeed[]
): (connection: Connection) => Promise<void> {
  return async (connection) => {
    const at = new Date(io.clock.now());
    const by = { at, actor: currentUser(io), actorKind: "cli", source: "cli" } as const;
    await recordAudit(connection, ...deeds.map((deed) => ({ ...deed, ...by })));
  };
}
