import { z } from "zod";

/** An option of the configuration; a secret is masked, and a reference stands as it is written. */
export const Option = z.object({
  path: z.string(),
  value: z.unknown(),
  origin: z.string().describe("`tasker.yaml:12`, a variable, `database`, `default`"),
  says: z.string(),
  type: z.string(),
  default: z.unknown(),
  unit: z.string().nullable(),
  dynamic: z.boolean().describe("Whether it can be set in the database, and takes effect in running processes"),
  overridable: z.boolean().describe("Whether it may differ for tasks of a namespace or a template"),
  variable: z.string().nullable(),
  replaced_by: z.string().nullable().describe("What is here in its place, if nothing reads it"),
});

/** The options as they are, and the version of those in the database: another one after each change. */
export const ConfigurationVersion = z.int().min(0);

/** Parameters of routes about one option. */
export const OptionParams = z.strictObject({ path: z.string().min(1).max(255) });
