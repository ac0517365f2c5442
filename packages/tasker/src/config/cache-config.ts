import type { z } from "zod";
import { parseSection } from "./parse-section.ts";
import { between, flag, mapping, oneOf, whole } from "./rules.ts";

/** Shape of the section `cache`. */
export const CacheSchema = mapping({
  default_ttl: whole(1).default(300),
  adaptive_ttl_enabled: flag().default(true),
  performance_tracking_enabled: flag().default(true),
  hit_rate_smoothing_factor: between(0, 1).default(0.9),
  access_frequency_decay_rate: between(0, 1).default(0.95),
  min_adaptive_ttl: whole(1).default(30),
  max_adaptive_ttl: whole(1).default(3_600),
  dashboard_cache_ttl: whole(1).default(120),
  cache_pressure_threshold: between(0, 1).default(0.8),
  adaptive_calculation_interval: whole(1).default(30),
  store: oneOf(["memory", "postgres"]).default("memory"),
}).superRefine(({ min_adaptive_ttl: least, max_adaptive_ttl: most }, { addIssue }) => {
  if (least < most) return;
  addIssue({ code: "custom", path: ["min_adaptive_ttl"], message: `less than max_adaptive_ttl, which is ${most}` });
});

/**
 * The section `cache` of a configuration, complete and frozen. Keys and defaults are those of the reference,
 * and one of our own: `store`. Times are in seconds.
 */
export type CacheConfig = Readonly<z.output<typeof CacheSchema>>;

/** Some or all values of the section `cache`; those that are missing have their defaults. */
export type CacheSettings = Readonly<z.input<typeof CacheSchema>>;

/**
 * The section `cache` with its defaults filled in.
 * @throws ConfigurationError that names every key that has a value it cannot have
 */
export function cacheConfig(settings: CacheSettings = {}): CacheConfig {
  return parseSection("cache", CacheSchema, settings);
}
