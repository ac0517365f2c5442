import { checkLiveness, checkReadiness, getHealthStatus } from "../../api/reference/health.ts";
import { AuthenticationError, AuthorizationError } from "../../errors/index.ts";
import { type Call, implement } from "../http/call.ts";

const FRESH = { "cache-control": "no-cache, no-store, must-revalidate", pragma: "no-cache", expires: "0" };

/** Whether the process answers. */
export const liveness = implement(checkLiveness, async ({ parts: { health } }) => ({
  answer: health.live(),
  headers: FRESH,
}));

/** Whether the process could do its work. */
export const readiness = implement(checkReadiness, async (call) => {
  const { health } = call.parts;
  const details = await maySeeDetails(call, health.requiresAuthentication("ready"));
  const answer = await health.ready({ details });
  return { answer: { ...answer }, status: answer.ready ? 200 : 503, headers: FRESH };
});

/** How the installation is doing. */
export const healthStatus = implement(getHealthStatus, async (call) => {
  const { health } = call.parts;
  const details = await maySeeDetails(call, health.requiresAuthentication("status"));
  const answer = await health.status({ details });
  return { answer: { ...answer }, status: answer.healthy ? 200 : 503 };
});

/** Whether checks and figures are told. @throws AuthenticationError, AuthorizationError if an answer without them is not for everybody */
async function maySeeDetails(
  { identify }: Pick<Call<typeof checkReadiness>, "identify">,
  isClosed: boolean,
): Promise<boolean> {
  try {
    const { access, principal } = await identify();
    await access.authorize("tasker.health_status", "index");
    // They count and name what is in all namespaces.
    return principal.namespaces === "all";
  } catch (error) {
    const isRefusal = error instanceof AuthenticationError || error instanceof AuthorizationError;
    if (isClosed || !isRefusal) throw error;
    return false;
  }
}
