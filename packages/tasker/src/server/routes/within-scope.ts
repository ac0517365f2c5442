import type { NamespaceScope } from "../../auth/principal.ts";

/** Those of some things that lie in the namespaces that a caller may see. */
export function withinScope<Thing extends { readonly namespace: string | null }>(
  things: readonly Thing[],
  scope: NamespaceScope,
): readonly Thing[] {
  if (scope === "all") return things;
  return things.filter(({ namespace }) => namespace !== null && scope.includes(namespace));
}
