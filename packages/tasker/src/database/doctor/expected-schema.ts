import { readFileSync } from "node:fs";
import { ExpectedSchema } from "./schema-catalog.ts";

/** The schema that this release's migrations make, from the file beside this module, which `npm run schema` writes. */
export function readExpectedSchema(): ExpectedSchema {
  return ExpectedSchema.parse(JSON.parse(readFileSync(new URL("expected-schema.json", import.meta.url), "utf8")));
}
