import { intersectScopes, type NamespaceScope, uniteScopes } from "../principal.ts";
import { expandPattern } from "./permission-pattern.ts";

/** What somebody may do, and in which namespaces: permissions as `resource:action`. */
export type Grants = ReadonlyMap<string, NamespaceScope>;

/** What patterns of permissions give in some namespaces. Patterns that stand for nothing give nothing. */
export function grantsOf(patterns: readonly string[], namespaces: NamespaceScope): Grants {
  return new Map(patterns.flatMap(expandPattern).map((permission) => [permission, namespaces]));
}

/** All that one of them gives. */
export function uniteGrants(all: readonly Grants[]): Grants {
  const united = new Map<string, NamespaceScope>();
  for (const grants of all) {
    for (const [permission, scope] of grants) {
      united.set(permission, uniteScopes(united.get(permission) ?? [], scope));
    }
  }
  return united;
}

/** The same within these namespaces only. */
export function limitGrants(grants: Grants, namespaces: NamespaceScope): Grants {
  return new Map([...grants].map(([permission, scope]) => [permission, intersectScopes(scope, namespaces)]));
}
