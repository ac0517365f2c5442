import type { SectionFacts } from "./option-facts.ts";

/** Options of the section `database`. */
export const DATABASE_OPTIONS: SectionFacts = {
  name: { says: "the name of a second database, whose address is in the variable <NAME>_DATABASE_URL" },
  enable_secondary_database: { says: "whether the database that `name` names is used in place of DATABASE_URL" },
};
