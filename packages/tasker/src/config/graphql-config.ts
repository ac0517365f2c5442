import type { z } from "zod";
import { parseSection } from "./parse-section.ts";
import { flag, mapping, whole } from "./rules.ts";

/** Shape of the section `graphql`. */
export const GraphqlSchema = mapping({
  introspection: flag().default(true),
  max_tokens: whole(1).default(5_000),
  max_fields: whole(1).default(1_000),
  max_aliases: whole(1).default(50),
  max_fragments: whole(1).default(50),
  max_depth: whole(1).default(12),
  max_cost: whole(1).default(50_000),
  max_rows: whole(1).default(50_000),
  max_page_size: whole(1).default(100),
  max_offset: whole(1).default(10_000),
  max_batch: whole(1).default(10),
});

/** The section `graphql` of a configuration, complete and frozen: what one request may ask for. docs/graphql.md says what each is. */
export type GraphqlConfig = Readonly<z.output<typeof GraphqlSchema>>;

/** Some or all values of the section `graphql`; those that are missing have their defaults. */
export type GraphqlSettings = Readonly<z.input<typeof GraphqlSchema>>;

/**
 * The section `graphql` with its defaults filled in.
 * @throws ConfigurationError that names every key that has a value it cannot have
 */
export function graphqlConfig(settings: GraphqlSettings = {}): GraphqlConfig {
  return parseSection("graphql", GraphqlSchema, settings);
}
