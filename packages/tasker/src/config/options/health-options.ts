import type { SectionFacts } from "./option-facts.ts";

/** Options of the section `health`. */
export const HEALTH_OPTIONS: SectionFacts = {
  status_endpoint_requires_auth: { says: "an older name of `status_requires_authentication`", dynamic: true },
  ready_requires_authentication: { says: "whether readiness is told only to those who are known", dynamic: true },
  status_requires_authentication: { says: "whether the status is told only to those who are known", dynamic: true },
  readiness_timeout_seconds: { says: "longest time of the checks of readiness", unit: "seconds", dynamic: true },
  cache_duration_seconds: { says: "for how long a status is told again", unit: "seconds", dynamic: true },
};
