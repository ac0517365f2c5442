import { checkLiveness, checkReadiness, getHealthStatus } from "./health.ts";

/** Every route of the reference's interface, by its operation id, which is the reference's too. */
export const REFERENCE_ROUTES = { checkLiveness, checkReadiness, getHealthStatus };

/** Operation id of a route of {@link REFERENCE_ROUTES}. */
export type ReferenceRouteId = keyof typeof REFERENCE_ROUTES;
