import type { SectionFacts } from "./option-facts.ts";

const ADDRESS =
  "the database of the engine is the one that `--database-url` or the variable `DATABASE_URL` names, whether or not an application uses it as well";

/** Options of the section `database`. */
export const DATABASE_OPTIONS: SectionFacts = {
  name: {
    says: "the name of a second database, for the tables of the engine",
    replacedBy: ADDRESS,
  },
  enable_secondary_database: { says: "whether the tables of the engine are in that database", replacedBy: ADDRESS },
};
