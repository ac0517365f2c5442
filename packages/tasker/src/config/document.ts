import { z } from "zod";
import { BackoffSchema } from "./backoff-config.ts";
import { ConfigurationSchema } from "./configuration.ts";
import { between, filled, mapping, whole } from "./rules.ts";

/** Shape of what a configuration says for single namespaces and templates. What is not given is as it is for all. */
const OverrideSchema = mapping({
  backoff: mapping(optional(BackoffSchema.shape)).optional(),
  execution: mapping({
    batch_timeout_base_seconds: whole(1).optional(),
    batch_timeout_per_step_seconds: whole(1).optional(),
    max_batch_timeout_seconds: whole(1).optional(),
  }).optional(),
  telemetry: mapping({ event_sampling_rate: between(0, 1).optional() }).optional(),
  /** Values of the user's own, for handlers. */
  values: z.record(z.string(), z.json(), { error: "a mapping" }).optional(),
});

/** What a configuration says for one namespace or template. */
export type ConfigurationOverride = Readonly<z.output<typeof OverrideSchema>>;

/** Shape of everything that a configuration says: its sections, what it says for namespaces and templates, and for plugins. */
export const DocumentSchema = mapping({
  ...ConfigurationSchema.shape,
  namespaces: z.record(filled("a namespace"), OverrideSchema, { error: "a mapping of namespaces" }).default({}),
  templates: z
    .record(z.string().regex(/^[^/\s]+\/[^/\s]+$/), OverrideSchema, {
      error: "a mapping of templates, named as namespace/name",
    })
    .default({}),
  plugins: z
    .record(filled("the name of a plugin"), z.record(z.string(), z.json(), { error: "a mapping" }), {
      error: "a mapping of plugins",
    })
    .default({}),
});

/** Everything that a configuration says, complete and frozen. */
export type ConfigurationDocument = Readonly<z.output<typeof DocumentSchema>>;

/** Some or all of it. */
export type DocumentSettings = Readonly<z.input<typeof DocumentSchema>>;

/** The members of a shape without their defaults: each may be left out, and then stays out. */
function optional(shape: Readonly<Record<string, z.ZodDefault | z.ZodPrefault>>) {
  return Object.fromEntries(Object.entries(shape).map(([key, member]) => [key, z.optional(member.unwrap())]));
}
