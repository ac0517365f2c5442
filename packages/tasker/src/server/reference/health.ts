import { checkLiveness, checkReadiness, getHealthStatus } from "../../api/reference/health.ts";
import { HEALTH_STATUS_CACHE_KEY } from "../../constants/caching.ts";
import { AuthenticationError, AuthorizationError } from "../../errors/index.ts";
import type { StatusReport } from "../../health/status/status-report.ts";
import { type Call, implement } from "../http/call.ts";
import { NO_CACHE } from "./no-cache.ts";

/** Whether the process answers. */
export const liveness = implement(checkLiveness, async ({ parts: { health } }) => ({
  answer: health.live(),
  headers: NO_CACHE,
}));

/** Whether the process could do its work. */
export const readiness = implement(checkReadiness, async (call) => {
  const { health } = call.parts;
  const details = await maySeeDetails(call, health.requiresAuthentication("ready"));
  const answer = await health.ready({ details });
  return { answer: { ...answer }, status: answer.ready ? 200 : 503, headers: NO_CACHE };
});

/** How the installation is doing. */
export const healthStatus = implement(getHealthStatus, async (call) => {
  const { health } = call.parts;
  const details = await maySeeDetails(call, health.requiresAuthentication("status"));
  const report = await health.status({ details });
  const answer = withAge(report, health.keptSeconds);
  return { answer, status: report.healthy ? 200 : 503 };
});

/** What the reference tells besides of a status with figures: of which time they are, and for how long they are kept. */
function withAge({ performance_analytics: analytics, ...report }: StatusReport, keptSeconds: number) {
  if (analytics === undefined) return { ...report };
  const { analysis_seconds: seconds } = analytics;
  const analysis_period = seconds === 3_600 ? "1 hour" : `${seconds} seconds`;
  return {
    ...report,
    performance_analytics: { ...analytics, analysis_period, enhanced_at: report.timestamp },
    generated_at: report.timestamp,
    cache_info: { cached: true, cache_key: HEALTH_STATUS_CACHE_KEY, ttl_base: `${keptSeconds} seconds` },
  };
}

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
