import { z } from "zod";
import { parseSection } from "./parse-section.ts";
import { between, mapping } from "./rules.ts";

const name = z.string({ error: "a text" }).min(1, { error: "a text that is not empty" });

const TelemetrySchema = mapping({
  enabled: z.boolean({ error: "true or false" }).default(true),
  service_name: name.default("tasker"),
  /** Default: the version of this package. */
  service_version: name.optional(),
  filter_parameters: z.array(name, { error: "a list of keys" }).default([]),
  filter_mask: z.string({ error: "a text" }).default("[FILTERED]"),
  event_sampling_rate: between(0, 1).default(1),
});

/**
 * The section `telemetry` of a configuration as far as tracing goes, complete and frozen. Keys are those of the reference. What
 * each does stands in docs/tracing.md.
 */
export type TelemetryConfig = Readonly<z.output<typeof TelemetrySchema>>;

/** Some or all values of the section `telemetry`; those that are missing have their defaults. */
export type TelemetrySettings = Readonly<z.input<typeof TelemetrySchema>>;

/**
 * The section `telemetry` with its defaults filled in.
 * @throws ConfigurationError that names every key that has a value it cannot have
 */
export function telemetryConfig(settings: TelemetrySettings = {}): TelemetryConfig {
  return parseSection("telemetry", TelemetrySchema, settings);
}
