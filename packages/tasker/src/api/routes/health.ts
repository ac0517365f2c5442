import {
  checkLiveness as liveness,
  checkReadiness as readiness,
  getHealthStatus as status,
} from "../reference/health.ts";

/** Whether the process answers. */
export const checkLiveness = { ...liveness, path: "/v1/health/live", dialect: "v1" } as const;
/** Whether the process could do its work. */
export const checkReadiness = { ...readiness, path: "/v1/health/ready", dialect: "v1" } as const;
/** How the installation is doing. */
export const getHealthStatus = { ...status, path: "/v1/health/status", dialect: "v1" } as const;
