import { ACTOR_HEADER } from "../../api/actor-header.ts";
import type { Route } from "../../api/route.ts";
import type { Admission } from "../../auth/auth.ts";
import { type AuthRequest, headerOf } from "../../auth/authenticators/auth-request.ts";
import { AuthorizationCoordinator } from "../../auth/authorization/coordinator.ts";
import { ANONYMOUS, type NamespaceScope } from "../../auth/principal.ts";
import { AuthorizationError, NotFoundError, TaskNotFoundError } from "../../errors/index.ts";
import { findStep } from "../../reading/steps/find-step.ts";
import { placeOfTask } from "../../reading/task/namespace-of.ts";
import type { ServerParts } from "../server-parts.ts";

/** Whoever calls within the process, or by the socket that only the process's own user can open, may do everything. */
function admitLocal(actor: string): Admission {
  const principal = Object.freeze({
    id: actor,
    kind: "user" as const,
    name: actor,
    roles: [],
    permissions: [],
    namespaces: "all" as const,
  });
  return { principal, access: new AuthorizationCoordinator(principal, { enabled: false }) };
}

/** What a request is when nobody was asked who it comes from: it may do nothing. */
export function admitNobody(): Admission {
  return { principal: ANONYMOUS, access: new AuthorizationCoordinator() };
}

/** Finds out whom a request comes from. @throws AuthenticationError */
export function admit({ auth }: ServerParts, request: AuthRequest): Promise<Admission> {
  if (request.transport !== "local") return auth.admit(request);
  return Promise.resolve(admitLocal(headerOf(request, ACTOR_HEADER) || "local"));
}

/** What a permission may be asked for: what the path names. */
export interface PermissionTarget {
  readonly params: Readonly<Record<string, unknown>>;
  readonly parts: Pick<ServerParts, "auth" | "database">;
}

/** A task, or a step of it, as far as it counts for who may do something to it; null: there is no such task. */
async function subjectOf({ params, parts: { auth, database } }: PermissionTarget, taskId: number) {
  const place = await placeOfTask(database, taskId, auth.policy.owner?.contextKey ?? null);
  if (place === null) return null;
  const { step } = params;
  if (typeof step !== "string" && typeof step !== "number") return { ...place, taskId };
  return { ...place, taskId, stepId: (await findStep(database, taskId, step)) ?? undefined };
}

/**
 * Checks that a caller may use a route.
 * @returns the namespaces in which it may
 * @throws AuthorizationError
 * @throws NotFoundError for a namespace that the caller sees nothing of
 * @throws TaskNotFoundError for a task that is not there, or lies in a namespace that the caller sees nothing of
 */
export async function authorize(
  { permission }: Pick<Route, "permission">,
  { access }: Admission,
  target: PermissionTarget,
): Promise<NamespaceScope> {
  if (permission === null) return [];
  const { resource, action, or, on } = permission;
  const { params } = target;
  switch (on) {
    case "list":
    case "body":
      return access.authorizeList(resource, action);
    case "all":
      await access.authorize(resource, action);
      return "all";
    case "namespace": {
      const namespace = String(params.namespace);
      if (await access.can(resource, action, { namespace })) return [namespace];
      // Who may do it nowhere learns nothing of namespaces.
      await access.authorizeList(resource, action);
      if (await access.can(resource, "index", { namespace })) throw forbidden(resource, action);
      throw new NotFoundError(`there is no namespace ${namespace}`, { context: { namespace } });
    }
    case "task": {
      const taskId = Number(params.task_id);
      const subject = await subjectOf(target, taskId);
      const can = async (of: string, wanted: string) => subject !== null && (await access.can(of, wanted, subject));
      for (const enough of or === undefined ? [action] : [action, or]) {
        if (subject !== null && (await can(resource, enough))) return [subject.namespace];
      }
      if (!(await can("tasker.task", "show"))) {
        throw new TaskNotFoundError(`there is no task ${taskId}`, { context: { taskId } });
      }
      throw forbidden(resource, action);
    }
  }
}

function forbidden(resource: string, action: string): AuthorizationError {
  return new AuthorizationError(`Not authorized to ${action} on ${resource}`, { context: { resource, action } });
}
