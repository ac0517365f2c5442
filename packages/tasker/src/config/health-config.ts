import type { z } from "zod";
import { parseSection } from "./parse-section.ts";
import { between, lenientFlag, mapping, whole } from "./rules.ts";

/** Shape of the section `health`. */
export const HealthSchema = mapping({
  status_endpoint_requires_auth: lenientFlag().prefault(true),
  ready_requires_authentication: lenientFlag().prefault(false),
  status_requires_authentication: lenientFlag().prefault(true),
  readiness_timeout_seconds: between(0.001, 3_600).default(5),
  cache_duration_seconds: whole(1).default(15),
});

/** The section `health` of a configuration, complete and frozen. Keys and defaults are those of the reference. */
export type HealthConfig = Readonly<z.output<typeof HealthSchema>>;

/** Some or all values of the section `health`; those that are missing have their defaults. */
export type HealthSettings = Readonly<z.input<typeof HealthSchema>>;

/**
 * The section `health` with its defaults filled in.
 * @throws ConfigurationError that names every key that has a value it cannot have
 */
export function healthConfig(settings: HealthSettings = {}): HealthConfig {
  return parseSection("health", HealthSchema, settings);
}
