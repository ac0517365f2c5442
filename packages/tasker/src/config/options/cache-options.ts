import type { SectionFacts } from "./option-facts.ts";

/** Options of the section `cache`. */
export const CACHE_OPTIONS: SectionFacts = {
  default_ttl: { says: "time to live of what is cached without another one", unit: "seconds", dynamic: true },
  adaptive_ttl_enabled: { says: "whether times to live follow the use", dynamic: true },
  performance_tracking_enabled: { says: "whether the use of each key is recorded", dynamic: true },
  hit_rate_smoothing_factor: { says: "weight of the past in the rate of hits", dynamic: true },
  access_frequency_decay_rate: { says: "what is left of a frequency of use", dynamic: true },
  min_adaptive_ttl: { says: "shortest time to live that follows the use", unit: "seconds", dynamic: true },
  max_adaptive_ttl: { says: "longest time to live that follows the use", unit: "seconds", dynamic: true },
  dashboard_cache_ttl: { says: "time to live of what the dashboard shows", unit: "seconds", dynamic: true },
  cache_pressure_threshold: { says: "share of a store in use from which on it is under pressure", dynamic: true },
  adaptive_calculation_interval: {
    says: "shortest time between two calculations of a time to live",
    unit: "seconds",
    dynamic: true,
  },
};
