import type { OptionFacts, SectionFacts } from "./option-facts.ts";

const limit = (says: string): OptionFacts => ({
  says,
  own: true,
  reader: "server/configured-options.ts",
  test: ["server/configured-options.test.ts", "a request within the limits is answered, and refused with less of %s"],
});

/** Options of the section `graphql`. */
export const GRAPHQL_OPTIONS: SectionFacts = {
  introspection: {
    says: "whether clients may ask for the schema",
    own: true,
    reader: "server/configured-options.ts",
    test: ["server/configured-options.test.ts", "introspection: whether clients may ask for the schema"],
  },
  max_tokens: limit("most tokens of a document: names, punctuation, values"),
  max_fields: limit("most fields that a document names, in all its operations and fragments"),
  max_aliases: limit("most fields with an alias"),
  max_fragments: limit("most definitions of fragments"),
  max_depth: limit("most fields below one another"),
  max_cost: limit("most values of the answers to a request, by the sizes of their pages"),
  max_rows: limit("most rows that are read for the answers to a request"),
  max_page_size: limit("most entries of a page, and ids of `nodes`"),
  max_offset: limit("most entries that a list with an offset leaves out"),
  max_batch: limit("most operations in one request"),
};
