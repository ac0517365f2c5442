import type { Principal } from "../principal.ts";
import { type Grants, grantsOf, limitGrants, uniteGrants } from "./grants.ts";
import { allPermissions, resources } from "./resources.ts";
import type { RoleDocument } from "./role-document.ts";

/** Who may do what: roles, and rules beside them. */
export interface Policy {
  /** What each role gives, with all that it inherits. */
  readonly roles: ReadonlyMap<string, Grants>;
  /** Roles whose holders may do everything, within their namespaces. */
  readonly adminRoles: ReadonlySet<string>;
  /**
   * What the owner of a task may do to it: whoever the task's context names under the key `contextKey`. Null: no more than
   * others.
   */
  readonly owner: { readonly permissions: Grants; readonly contextKey: string } | null;
}

/** What is not for everybody who may look at tasks. */
const SENSITIVE: readonly string[] = ["tasker.token", "tasker.session", "tasker.audit", "tasker.configuration"];
const ORDINARY = resources().filter((resource) => !SENSITIVE.includes(resource));

/** The roles where no file names others: who looks, who acts, and who may do everything. */
export const DEFAULT_ROLES: RoleDocument = {
  version: 1,
  roles: {
    viewer: {
      permissions: allPermissions().filter((permission) => {
        const [resource, action] = permission.split(":");
        return ORDINARY.some((name) => name === resource) && (action === "index" || action === "show");
      }),
      inherits: [],
    },
    operator: { permissions: ORDINARY.map((resource) => `${resource}:*`), inherits: [] },
  },
  admin_roles: ["admin"],
};

/** The policy of a document whose roles inherit only what there is, and never themselves. */
export function makePolicy(document: RoleDocument = DEFAULT_ROLES): Policy {
  const roles = new Map<string, Grants>();
  const resolve = (name: string): Grants => {
    const done = roles.get(name);
    const role = document.roles[name];
    if (done !== undefined || role === undefined) return done ?? new Map();
    const united = uniteGrants([grantsOf(role.permissions, "all"), ...role.inherits.map(resolve)]);
    const grants = limitGrants(united, role.namespaces ?? "all");
    roles.set(name, grants);
    return grants;
  };
  for (const name of Object.keys(document.roles)) resolve(name);
  const { owner } = document;
  return {
    roles,
    adminRoles: new Set(document.admin_roles),
    owner:
      owner === undefined ? null : { permissions: grantsOf(owner.permissions, "all"), contextKey: owner.context_key },
  };
}

/** Whether somebody holds a role whose holders may do everything. */
export function isAdmin(policy: Policy, principal: Principal): boolean {
  return principal.roles.some((role) => policy.adminRoles.has(role));
}

/** All that somebody may do: by roles and by permissions beside them, within the principal's namespaces. */
export function grantsTo(policy: Policy, principal: Principal): Grants {
  const united = isAdmin(policy, principal)
    ? grantsOf(["*:*"], "all")
    : uniteGrants([
        grantsOf(principal.permissions, "all"),
        ...principal.roles.map((role): Grants => policy.roles.get(role) ?? new Map()),
      ]);
  return limitGrants(united, principal.namespaces);
}
