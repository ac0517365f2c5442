/** The namespaces that somebody may see: all of them, or those of these names. */
export type NamespaceScope = "all" | readonly string[];

/** Whom a request comes from. Frozen, made anew for each request. */
export interface Principal {
  /** Unique among all that one program knows: `token:12`, the subject of a JWT. */
  readonly id: string;
  readonly kind: "token" | "user" | "anonymous";
  /** For people to read: in the audit log, on the dashboard. */
  readonly name: string;
  /** Names of roles; those that no policy knows give nothing. */
  readonly roles: readonly string[];
  /** Permissions beside those of the roles: `tasker.task:retry`, `tasker.task:*`, `*:index`. */
  readonly permissions: readonly string[];
  /** The boundary of everything that roles and permissions give. */
  readonly namespaces: NamespaceScope;
  /** The API token by which this request, or the session that it belongs to, was authenticated. */
  readonly tokenId?: number;
  /** When what proves the identity ends. */
  readonly expiresAt?: Date;
}

/** Nobody in particular: what requests are when nobody is asked who they are. Has no roles and no permissions. */
export const ANONYMOUS: Principal = Object.freeze({
  id: "anonymous",
  kind: "anonymous",
  name: "anonymous",
  roles: Object.freeze([]),
  permissions: Object.freeze([]),
  namespaces: "all",
});

/** What is in both. */
export function intersectScopes(a: NamespaceScope, b: NamespaceScope): NamespaceScope {
  if (a === "all") return b;
  return b === "all" ? a : a.filter((namespace) => b.includes(namespace));
}

/** What is in either. */
export function uniteScopes(a: NamespaceScope, b: NamespaceScope): NamespaceScope {
  return a === "all" || b === "all" ? "all" : [...new Set([...a, ...b])];
}

/** Whether a scope has nothing that the other one has not. */
export function isWithin(inner: NamespaceScope, outer: NamespaceScope): boolean {
  if (outer === "all") return true;
  return inner !== "all" && inner.every((namespace) => outer.includes(namespace));
}
