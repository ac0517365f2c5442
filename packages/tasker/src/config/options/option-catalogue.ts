import type { SectionName } from "../configuration.ts";
import { AUTH_OPTIONS } from "./auth-options.ts";
import { BACKOFF_OPTIONS } from "./backoff-options.ts";
import { CACHE_OPTIONS } from "./cache-options.ts";
import { DATABASE_OPTIONS } from "./database-options.ts";
import { DEPENDENCY_GRAPH_OPTIONS } from "./dependency-graph-options.ts";
import { ENGINE_OPTIONS } from "./engine-options.ts";
import { EXECUTION_OPTIONS } from "./execution-options.ts";
import { GRAPHQL_OPTIONS } from "./graphql-options.ts";
import { HEALTH_OPTIONS } from "./health-options.ts";
import type { OptionFacts, SectionFacts } from "./option-facts.ts";
import { SERVER_OPTIONS } from "./server-options.ts";
import { TELEMETRY_OPTIONS } from "./telemetry-options.ts";

const BY_SECTION: Readonly<Record<SectionName, SectionFacts>> = {
  auth: AUTH_OPTIONS,
  database: DATABASE_OPTIONS,
  telemetry: TELEMETRY_OPTIONS,
  engine: ENGINE_OPTIONS,
  health: HEALTH_OPTIONS,
  dependency_graph: DEPENDENCY_GRAPH_OPTIONS,
  backoff: BACKOFF_OPTIONS,
  execution: EXECUTION_OPTIONS,
  cache: CACHE_OPTIONS,
  server: SERVER_OPTIONS,
  graphql: GRAPHQL_OPTIONS,
};

/** Facts of every option of a configuration, by its path: `telemetry.prometheus.endpoint`. */
export const OPTION_CATALOGUE: ReadonlyMap<string, OptionFacts> = new Map(
  Object.entries(BY_SECTION).flatMap(([section, options]) =>
    Object.entries(options).map(([name, facts]) => [`${section}.${name}`, facts] as const),
  ),
);
