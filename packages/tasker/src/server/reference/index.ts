import type { REFERENCE_ROUTES, ReferenceRouteId } from "../../api/reference/index.ts";
import type { Implementation } from "../http/call.ts";
import { healthStatus, liveness, readiness } from "./health.ts";

/** What answers each route of the reference. A route that nothing answers does not compile. */
export const REFERENCE_IMPLEMENTATIONS: {
  readonly [Known in ReferenceRouteId]: Implementation<(typeof REFERENCE_ROUTES)[Known]>;
} = {
  checkLiveness: liveness,
  checkReadiness: readiness,
  getHealthStatus: healthStatus,
};
