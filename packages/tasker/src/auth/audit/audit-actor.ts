import { truncateText } from "../../text/bounded-text.ts";
import type { AuthRequest } from "../authenticators/auth-request.ts";
import type { Principal } from "../principal.ts";
import type { AuditActor } from "./audit-entry.ts";

/** Longest name of an actor, in bytes: as many characters are stored. */
const LONGEST_ACTOR = 255;

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
    actor: truncateText(
      principal.name === principal.id ? principal.id : `${nameBeside(principal)} (${principal.id})`,
      LONGEST_ACTOR,
    ),
    actorKind: principal.kind === "anonymous" ? "system" : principal.kind,
    source,
    address: request.address ?? undefined,
    requestId,
  };
}

/** The name of a principal, cut so that its id, which counts, is not. */
function nameBeside({ name, id }: Principal): string {
  return truncateText(name, Math.max(1, LONGEST_ACTOR - Buffer.byteLength(id) - " ()".length));
}
