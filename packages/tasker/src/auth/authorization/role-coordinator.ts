import type { NamespaceScope, Principal } from "../principal.ts";
import type { AuthorizationContext } from "./authorization-context.ts";
import { AuthorizationCoordinator, type AuthorizationOptions } from "./coordinator.ts";
import type { Grants } from "./grants.ts";
import { grantsTo, makePolicy, type Policy } from "./policy.ts";
import { resourceReach } from "./resources.ts";

/** What {@link RoleCoordinator} is made with. */
export interface RoleCoordinatorOptions extends AuthorizationOptions {
  /** Default: the roles viewer, operator and admin. */
  readonly policy?: Policy;
}

/** Allows what the roles of the principal give, what permissions beside them give, and what the owner of a task may. */
export class RoleCoordinator extends AuthorizationCoordinator {
  readonly #policy: Policy;
  readonly #grants: Grants;

  constructor(principal: Principal | null = null, options: RoleCoordinatorOptions = {}) {
    super(principal, options);
    this.#policy = options.policy ?? makePolicy();
    this.#grants = grantsTo(this.#policy, this.principal);
  }

  protected override authorized(resource: string, action: string, context: AuthorizationContext): boolean {
    const permission = `${resource}:${action}`;
    if (this.#isOwner(context) && this.#policy.owner?.permissions.has(permission) === true) return true;
    const scope = this.#grants.get(permission) ?? [];
    if (scope === "all") return true;
    switch (resourceReach(resource)) {
      case "namespace":
        return context.namespace !== undefined && scope.includes(context.namespace);
      case "shared":
        return scope.length > 0;
      default:
        return false;
    }
  }

  protected override async authorizedNamespaces(resource: string, action: string): Promise<NamespaceScope> {
    return this.#grants.get(`${resource}:${action}`) ?? [];
  }

  #isOwner({ ownerId }: AuthorizationContext): boolean {
    return ownerId != null && this.principal.kind !== "anonymous" && ownerId === this.principal.id;
  }
}
