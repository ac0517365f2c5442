import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openEmbedded } from "../packages/tasker/src/database/embedded.ts";
import { deriveSchema } from "../packages/tasker/test/support/derive-schema.ts";

// Writes down what the migrations make, for `tasker db doctor` to compare databases with. Run it after each change of a
// migration; a test fails until that is done.

const path = join(import.meta.dirname, "../packages/tasker/src/database/doctor/expected-schema.json");
const database = await openEmbedded(null);
try {
  writeFileSync(path, `${JSON.stringify(await deriveSchema(database), null, 2)}\n`);
} finally {
  await database.close();
}
