import type { Route } from "../../api/route.ts";
import { TaskParams } from "../../api/shapes/common.ts";
import type { Admission } from "../../auth/auth.ts";
import { isWithin } from "../../auth/principal.ts";
import type { Call } from "../http/call.ts";
import type { Watcher } from "./stay.ts";

/** Whoever calls a route that streams, for as long as what the route needs is allowed where it was. */
export function watcherOf(call: Call<Route>): Watcher {
  return { ...call, stillMay: (now) => mayStill(call, now) };
}

async function mayStill({ permission, params, scope }: Call<Route>, { access }: Admission): Promise<boolean> {
  if (permission === null) return true;
  const { resource, action, on } = permission;
  if (on === "task" && scope !== "all") {
    const { task_id: taskId } = TaskParams.parse(params);
    return access.can(resource, action, { namespace: scope[0], taskId });
  }
  return isWithin(scope, await access.authorizeList(resource, action));
}
