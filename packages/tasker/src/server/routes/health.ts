import { checkLiveness, checkReadiness, getHealthStatus } from "../../api/routes/health.ts";
import { healthStatus, liveness, readiness } from "../reference/health.ts";

/** Whether the process answers. */
export const livenessReport = { ...liveness, route: checkLiveness };
/** Whether the process could do its work. */
export const readinessReport = { ...readiness, route: checkReadiness };
/** How the installation is doing. */
export const healthReport = { ...healthStatus, route: getHealthStatus };
