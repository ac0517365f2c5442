import type { SectionFacts } from "./option-facts.ts";

/** Options of the section `health`. */
export const HEALTH_OPTIONS: SectionFacts = {
  status_endpoint_requires_auth: {
    says: "an older name of `status_requires_authentication`",
    dynamic: true,
    replacedBy: "`status_requires_authentication` alone says whom the status is told",
  },
  ready_requires_authentication: {
    says: "whether readiness is told only to those who are known",
    dynamic: true,
    reader: "health/health-access.ts",
    test: ["health/status.test.ts", "is an option, but for liveness"],
  },
  status_requires_authentication: {
    says: "whether the status is told only to those who are known",
    dynamic: true,
    reader: "health/health-access.ts",
    test: ["health/status.test.ts", "is an option, but for liveness"],
  },
  readiness_timeout_seconds: {
    says: "longest time of the checks of readiness",
    unit: "seconds",
    dynamic: true,
    reader: "health/health.ts",
    test: ["health/readiness.test.ts", "says that its time has run out, and what was checked by then"],
  },
  cache_duration_seconds: {
    says: "for how long a status is told again",
    unit: "seconds",
    dynamic: true,
    reader: "health/health.ts",
    test: ["health/status.test.ts", "is made once for all who ask, and again when its time is over"],
  },
};
