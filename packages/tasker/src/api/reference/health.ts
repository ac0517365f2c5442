import { route } from "../route.ts";
import { HealthStatus, Liveness, Readiness } from "../shapes/health.ts";

/** Whether the process answers. */
export const checkLiveness = route({
  id: "checkLiveness",
  method: "GET",
  path: "/health/live",
  dialect: "reference",
  tag: "Health",
  summary: "Whether the process answers",
  permission: null,
  answer: Liveness,
});

/** Whether the process could do its work. */
export const checkReadiness = route({
  id: "checkReadiness",
  method: "GET",
  path: "/health/ready",
  dialect: "reference",
  tag: "Health",
  summary: "Whether the process could do its work",
  description: "503 if it could not. Tells no details: anybody may ask.",
  permission: null,
  answer: Readiness,
  statuses: [200, 503],
  errors: [401, 403],
});

/** How the installation is doing. */
export const getHealthStatus = route({
  id: "getHealthStatus",
  method: "GET",
  path: "/health/status",
  dialect: "reference",
  tag: "Health",
  summary: "How all processes, tasks and steps are doing",
  description:
    "503 if something is wrong. Open to everybody if `health.status_requires_authentication` is false, then without details.",
  // Who may ask depends on the configuration, which the implementation reads.
  permission: null,
  answer: HealthStatus,
  statuses: [200, 503],
  errors: [401, 403],
});
