import type { AuthorizationContext } from "../../auth/authorization/authorization-context.ts";
import type { AuthorizationCoordinator } from "../../auth/authorization/coordinator.ts";
import type { NamespaceScope } from "../../auth/principal.ts";
import { AuthorizationError } from "../../errors/index.ts";
import { type Permission, splitPermission } from "./permission.ts";

/**
 * What the caller of one request may do. Asked where a field is resolved: names, nesting and fragments of the query make no
 * difference. Each question is asked of the coordinator once for the same thing.
 */
export class RequestAccess {
  readonly #coordinator: AuthorizationCoordinator;
  readonly #answers = new Map<string, Promise<boolean>>();
  readonly #scopes = new Map<Permission, Promise<NamespaceScope>>();

  constructor(coordinator: AuthorizationCoordinator) {
    this.#coordinator = coordinator;
  }

  /** Whether something may be done to one thing. */
  can(permission: Permission, subject: AuthorizationContext): Promise<boolean> {
    const { namespace, taskId, stepId, ownerId } = subject;
    const key = JSON.stringify([permission, namespace, taskId, stepId, ownerId]);
    let answer = this.#answers.get(key);
    if (answer === undefined) {
      const [resource, action] = splitPermission(permission);
      answer = this.#coordinator.can(resource, action, subject);
      this.#answers.set(key, answer);
    }
    return answer;
  }

  /** Checks that something may be done to a thing that may be seen. @throws AuthorizationError */
  async require(permission: Permission, subject: AuthorizationContext): Promise<void> {
    if (!(await this.can(permission, subject))) throw refusal(permission);
  }

  /**
   * Whether a thing that was asked for by its id may be shown. One that may not be is as one that does not exist.
   * @param subject null: there is no such thing
   * @throws AuthorizationError if the caller may do it nowhere
   */
  async finds(permission: Permission, subject: AuthorizationContext | null): Promise<boolean> {
    if (subject !== null && (await this.can(permission, subject))) return true;
    if ((await this.scopeOf(permission)).length === 0) throw refusal(permission);
    return false;
  }

  /** The namespaces to which a list must be limited. @throws AuthorizationError if there is none */
  async list(permission: Permission): Promise<NamespaceScope> {
    const scope = await this.scopeOf(permission);
    if (scope.length === 0) throw refusal(permission);
    return scope;
  }

  /** The namespaces in which something may be done; an empty list: in none. */
  scopeOf(permission: Permission): Promise<NamespaceScope> {
    let scope = this.#scopes.get(permission);
    if (scope === undefined) {
      const [resource, action] = splitPermission(permission);
      scope = this.#coordinator.scopeOf(resource, action);
      this.#scopes.set(permission, scope);
    }
    return scope;
  }
}

function refusal(permission: Permission): AuthorizationError {
  const [resource, action] = splitPermission(permission);
  return new AuthorizationError(`Not authorized to ${action} on ${resource}`, { context: { resource, action } });
}
