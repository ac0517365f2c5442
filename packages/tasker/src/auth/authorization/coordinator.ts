import { AuthorizationError } from "../../errors/index.ts";
import { ANONYMOUS, intersectScopes, type NamespaceScope, type Principal } from "../principal.ts";
import type { AuthorizationContext } from "./authorization-context.ts";
import { actionExists, actionsForResource, allPermissions, resourceReach } from "./resources.ts";

/** What a coordinator is made with besides its principal. */
export interface AuthorizationOptions {
  /** False: everything that there is may be done, within the principal's namespaces. Default: true. */
  readonly enabled?: boolean;
}

/**
 * Decides what one principal may do; made for each request. Denies everything: what is allowed a subclass says in `authorized`.
 * It is asked for each field and object where that is resolved, so that the name under which, and the depth at which, a query
 * asks for it make no difference.
 */
export class AuthorizationCoordinator {
  readonly principal: Principal;
  readonly #enabled: boolean;

  constructor(principal: Principal | null = null, options: AuthorizationOptions = {}) {
    this.principal = principal ?? ANONYMOUS;
    this.#enabled = options.enabled ?? true;
  }

  /**
   * Checks that the principal may do something.
   * @throws AuthorizationError, also for a resource or an action that there is not
   */
  async authorize(resource: string, action: string, context: AuthorizationContext = {}): Promise<void> {
    if (await this.can(resource, action, context)) return;
    throw new AuthorizationError(`Not authorized to ${action} on ${resource}`, { context: { resource, action } });
  }

  /**
   * Checks that the principal may do something with those of a kind that a list shows, in some namespace at least.
   * @returns the namespaces to which the list must be limited, see `scopeOf`
   * @throws AuthorizationError
   */
  async authorizeList(resource: string, action = "index"): Promise<NamespaceScope> {
    const scope = await this.scopeOf(resource, action);
    if (scope.length > 0) return scope;
    throw new AuthorizationError(`Not authorized to ${action} on ${resource}`, { context: { resource, action } });
  }

  /** Whether the principal may do something; never what there is not, and nothing beyond the principal's namespaces. */
  async can(resource: string, action: string, context: AuthorizationContext = {}): Promise<boolean> {
    if (!actionExists(resource, action) || !this.#isInside(resource, context)) return false;
    // A class in JavaScript may give anything: only true itself allows.
    return !this.#enabled || (await this.authorized(resource, action, context)) === true;
  }

  /**
   * The namespaces to which what a list shows must be limited, for the scopes `visibleTo` of the models. An empty list: nothing
   * may be seen.
   */
  async scopeOf(resource: string, action = "index"): Promise<NamespaceScope> {
    const reach = resourceReach(resource);
    if (reach === null || !actionExists(resource, action)) return [];
    const granted = this.#enabled ? await this.authorizedNamespaces(resource, action) : "all";
    if (reach === "shared") return granted.length > 0 ? "all" : [];
    const scope = intersectScopes(granted, this.principal.namespaces);
    return reach === "namespace" || scope === "all" ? scope : [];
  }

  /** The actions of a resource that the principal may do in some namespace at least. */
  async permittedActions(resource: string): Promise<readonly string[]> {
    const scopes = await Promise.all(
      actionsForResource(resource).map(async (action) => ({ action, scope: await this.scopeOf(resource, action) })),
    );
    return scopes.filter(({ scope }) => scope.length > 0).map(({ action }) => action);
  }

  /** All that the principal may do in some namespace at least, as `resource:action`. */
  async permissions(): Promise<readonly string[]> {
    const names = [...new Set(allPermissions().map((permission) => permission.split(":")[0] ?? ""))];
    const permitted = await Promise.all(
      names.map(async (name) => (await this.permittedActions(name)).map((action) => `${name}:${action}`)),
    );
    return permitted.flat();
  }

  /** Whether the principal may do something that there is, and that does not lie beyond the principal's namespaces. Denies. */
  protected authorized(_resource: string, _action: string, _context: AuthorizationContext): boolean | Promise<boolean> {
    return false;
  }

  /** The namespaces in which the principal may do something. All, if it may be done where none is given; else none. */
  protected async authorizedNamespaces(resource: string, action: string): Promise<NamespaceScope> {
    return (await this.authorized(resource, action, {})) === true ? "all" : [];
  }

  #isInside(resource: string, { namespace }: AuthorizationContext): boolean {
    const { namespaces } = this.principal;
    if (namespaces === "all" || resourceReach(resource) === "shared") return true;
    return resourceReach(resource) === "namespace" && namespace !== undefined && namespaces.includes(namespace);
  }
}
