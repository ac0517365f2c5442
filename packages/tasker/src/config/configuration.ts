import { z } from "zod";
import { AuthSchema } from "./auth-config.ts";
import { BackoffSchema } from "./backoff-config.ts";
import { CacheSchema } from "./cache-config.ts";
import { DatabaseSchema } from "./database-config.ts";
import { DependencyGraphSchema } from "./dependency-graph-config.ts";
import { EngineSchema } from "./engine-config.ts";
import { ExecutionSchema } from "./execution-config.ts";
import { GraphqlSchema } from "./graphql-config.ts";
import { HealthSchema } from "./health-config.ts";
import { parseSection } from "./parse-section.ts";
import { mapping } from "./rules.ts";
import { ServerSchema } from "./server-config.ts";
import { NamespacesSchema, TemplatesSchema } from "./task-overrides.ts";
import { TelemetrySchema } from "./telemetry-config.ts";

const SectionsSchema = mapping({
  auth: AuthSchema.prefault({}),
  database: DatabaseSchema.prefault({}),
  telemetry: TelemetrySchema.prefault({}),
  engine: EngineSchema.prefault({}),
  health: HealthSchema.prefault({}),
  dependency_graph: DependencyGraphSchema.prefault({}),
  backoff: BackoffSchema.prefault({}),
  execution: ExecutionSchema.prefault({}),
  cache: CacheSchema.prefault({}),
  server: ServerSchema.prefault({}),
  graphql: GraphqlSchema.prefault({}),
});

/** Shape of what a configuration says for plugins, by their names. What that may be is each plugin's to say. */
const PluginsSchema = z.record(z.string().min(1), z.record(z.string(), z.unknown(), { error: "a mapping" }), {
  error: "a mapping of plugins to their settings",
});

/** Shape of a whole configuration: the nine sections of the reference and our own two, what is said for some tasks, and for plugins. */
export const ConfigurationSchema = mapping({
  ...SectionsSchema.shape,
  namespaces: NamespacesSchema.default({}),
  templates: TemplatesSchema.default({}),
  plugins: PluginsSchema.default({}),
});

/** A whole configuration, complete and frozen. */
export type Configuration = Readonly<z.output<typeof ConfigurationSchema>>;

/** Some or all sections, each with some or all of its values; what is missing has its default. */
export type ConfigurationSettings = Readonly<z.input<typeof ConfigurationSchema>>;

/** The name of a section. */
export type SectionName = keyof z.output<typeof SectionsSchema>;

/** Names of the sections: the nine of the reference in its order, and our own. */
export const SECTIONS: readonly SectionName[] = SectionsSchema.keyof().options;

/**
 * A whole configuration with the defaults filled in.
 * @throws ConfigurationError that lists everything that is wrong in all sections; see `parseSection`
 */
export function configuration(settings: ConfigurationSettings = {}): Configuration {
  return parseSection(null, ConfigurationSchema, settings);
}
