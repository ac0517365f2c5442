import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderReference } from "../packages/tasker/src/config/options/render-reference.ts";

// Writes the reference of options from the catalogue. Run it after each change of the catalogue; a test fails until that is done.

writeFileSync(join(import.meta.dirname, "../docs/configuration-reference.md"), renderReference());
