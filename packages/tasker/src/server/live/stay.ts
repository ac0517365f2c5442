import type { Route } from "../../api/route.ts";
import { TaskParams } from "../../api/shapes/common.ts";
import { systemClock } from "../../clock/clock.ts";
import { AuthenticationError, AuthorizationError } from "../../errors/index.ts";
import type { Call } from "../http/call.ts";

/** How long a client may take to get the last message before its connection is cut, in milliseconds. */
const FAREWELL_MS = 5_000;

/** The stay of a client that watches something. */
export interface Stay {
  /** Its stream was told its last message: it has a moment to take it. */
  readonly farewell: () => void;
  /** It is gone, or was told everything. */
  readonly leave: () => void;
}

/**
 * Lets a client stay for as long as there is a seat, and its credentials count and give what they gave.
 * @param end tells the client that it may no more
 * @throws TooManyRequestsError
 */
export function beginStay(call: Call<Route>, end: () => void): Stay {
  const { parts, principal, request } = call;
  const isOfNobody = principal.kind === "anonymous" || request.transport === "local";
  const release = parts.live.seats.take(isOfNobody ? null : principal.id);
  const { expiresAt } = principal;
  const left = expiresAt === undefined ? null : Math.max(0, expiresAt.getTime() - parts.clock.now());
  const cancelExpiry = left === null ? () => {} : parts.clock.after(left, end);
  const unwatch = isOfNobody ? () => {} : parts.live.watchmen.watch(() => stillMay(call), end);
  let cancelCut = () => {};
  return {
    farewell: () => {
      cancelCut = systemClock.after(FAREWELL_MS, () => request.disconnect?.());
    },
    leave: () => {
      release();
      cancelExpiry();
      unwatch();
      cancelCut();
    },
  };
}

/** Whether a client is still who it was, and may see what it may see now. Where that cannot be found out, it may stay. */
async function stillMay({ identify, permission, params, scope, principal }: Call<Route>): Promise<boolean> {
  if (permission === null) return true;
  const { resource, action, on } = permission;
  try {
    const now = await identify();
    if (on === "task" && scope !== "all") {
      const { task_id: taskId } = TaskParams.parse(params);
      return await now.access.can(resource, action, { namespace: scope[0], taskId });
    }
    const seen = await now.access.authorizeList(resource, action);
    const sees = (namespace: string) => seen === "all" || seen.includes(namespace);
    return now.principal.id === principal.id && (scope === "all" ? seen === "all" : scope.every(sees));
  } catch (error) {
    return !(error instanceof AuthenticationError || error instanceof AuthorizationError);
  }
}
