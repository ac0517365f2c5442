import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderReference } from "../packages/tasker/src/events/catalogue/render-reference.ts";

// Writes the reference of events from the catalogue. Run it after each change of the catalogue; a test fails until that is done.

writeFileSync(join(import.meta.dirname, "../docs/events-reference.md"), renderReference());
