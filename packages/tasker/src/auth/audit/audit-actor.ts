import type { AuthRequest } from "../authenticators/auth-request.ts";
import type { Principal } from "../principal.ts";
import type { AuditActor } from "./audit-entry.ts";

/**
 * A principal and its request as the audit log names them; also as actor and origin of an operator's note.
 * @param source by what way: `rest`, `graphql`
 */
export function auditActor(
  principal: Principal,
  request: Pick<AuthRequest, "address">,
  source: string,
  requestId?: string,
): AuditActor {
  return {
    // Whoever chose the name may have called itself like somebody else: the id cannot be chosen.
    actor: principal.name === principal.id ? principal.id : `${principal.name} (${principal.id})`,
    actorKind: principal.kind === "anonymous" ? "system" : principal.kind,
    source,
    address: request.address ?? undefined,
    requestId,
  };
}
