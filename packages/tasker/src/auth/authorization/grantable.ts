import type { NamespaceScope, Principal } from "../principal.ts";
import { isWithin } from "../principal.ts";
import { grantsTo, type Policy } from "./policy.ts";

/** What an API token is to have. */
export interface TokenGrant {
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  readonly namespaces: NamespaceScope;
}

/**
 * What of a token somebody may not give away, because they do not have it themselves: permissions as `resource:action`, roles as
 * `role <name>`. A token can so do no more than whoever made it.
 */
export function beyondGranter(policy: Policy, granter: Principal, grant: TokenGrant): readonly string[] {
  const own = grantsTo(policy, granter);
  const wanted = grantsTo(policy, { ...granter, ...grant });
  const beyond = [...wanted]
    .filter(([permission, scope]) => scope.length > 0 && !isWithin(scope, own.get(permission) ?? []))
    .map(([permission]) => permission);
  // What a role gives may grow later: who gives one must hold it, or hold everything.
  const isAdmin = granter.roles.some((role) => policy.adminRoles.has(role)) && granter.namespaces === "all";
  const roles = isAdmin ? [] : grant.roles.filter((role) => !granter.roles.includes(role));
  return [...roles.map((role) => `role ${role}`), ...beyond];
}
