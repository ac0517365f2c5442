import type { SectionFacts } from "./option-facts.ts";

/** Options of the section `cache`. */
export const CACHE_OPTIONS: SectionFacts = {
  default_ttl: {
    says: "time to live of what is cached without another one",
    unit: "seconds",
    dynamic: true,
    reader: "cache/cache.ts",
    test: ["cache/cache.test.ts", "default_ttl is for how long a value is kept"],
  },
  adaptive_ttl_enabled: {
    says: "whether times to live follow the use",
    dynamic: true,
    reader: "cache/use-record.ts",
    test: ["cache/cache.test.ts", "adaptive_ttl_enabled has times to live follow the use"],
  },
  performance_tracking_enabled: {
    says: "whether the use of each key is recorded",
    dynamic: true,
    reader: "cache/cache.ts",
    test: ["cache/cache.test.ts", "performance_tracking_enabled has uses recorded"],
  },
  hit_rate_smoothing_factor: {
    says: "weight of the past in the rate of hits and in the time to make a value",
    dynamic: true,
    reader: "cache/use-book.ts",
    test: ["cache/cache.test.ts", "hit_rate_smoothing_factor is the weight of the past"],
  },
  access_frequency_decay_rate: {
    says: "what a second leaves of the weight of an access",
    dynamic: true,
    reader: "cache/use-book.ts",
    test: ["cache/cache.test.ts", "access_frequency_decay_rate is what a second leaves of an access"],
  },
  min_adaptive_ttl: {
    says: "shortest time to live that follows the use",
    unit: "seconds",
    dynamic: true,
    reader: "cache/use-record.ts",
    test: ["cache/cache.test.ts", "min_adaptive_ttl and max_adaptive_ttl are its bounds"],
  },
  max_adaptive_ttl: {
    says: "longest time to live that follows the use",
    unit: "seconds",
    dynamic: true,
    reader: "cache/use-record.ts",
    test: ["cache/cache.test.ts", "min_adaptive_ttl and max_adaptive_ttl are its bounds"],
  },
  dashboard_cache_ttl: {
    says: "time to live of analytics, which dashboards show",
    unit: "seconds",
    dynamic: true,
    reader: "analysis/cached-analysis.ts",
    test: ["cache/cache.test.ts", "dashboard_cache_ttl is for how long analytics are kept"],
  },
  cache_pressure_threshold: {
    says: "share of a store in use from which on values are kept no longer than without their use",
    dynamic: true,
    reader: "cache/cache.ts",
    test: ["cache/cache.test.ts", "cache_pressure_threshold is where values are kept no longer than they should be"],
  },
  adaptive_calculation_interval: {
    says: "shortest time between two calculations of a time to live",
    unit: "seconds",
    dynamic: true,
    reader: "cache/cache.ts",
    test: ["cache/cache.test.ts", "adaptive_calculation_interval is how often a time to live is decided"],
  },
  store: {
    says: "where values are kept: in the process, or in the database for all of them. Redis is for programs",
    own: true,
    reader: "settings/cache-from.ts",
    test: ["settings/cache-from.test.ts", "store is where values are kept"],
  },
};
