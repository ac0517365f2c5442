import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { printTaskerSchema } from "../packages/tasker/src/graphql/schema/print-tasker-schema.ts";

// Writes the schema of the GraphQL API. Run it after each change of the schema; a test fails until that is done. With --released it
// also becomes the one with which later ones are compared: for a release.

const docs = join(import.meta.dirname, "../docs");
writeFileSync(join(docs, "schema.graphql"), printTaskerSchema());
if (process.argv.includes("--released")) {
  copyFileSync(join(docs, "schema.graphql"), join(docs, "schema.released.graphql"));
}
