import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { openEmbedded } from "../../src/database/embedded.ts";
import { readImage } from "../../src/database/embedded-image.ts";
import { migrate } from "../../src/database/migrate.ts";
import { scratchDirectory } from "./scratch-directory.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Directory of a migrated, empty, closed embedded database, to be copied. Null: the tests that need one are left out. */
    embeddedTemplate: string | null;
  }
}

/**
 * Makes one embedded database for the whole run: opening a copy takes a tenth of the time of making one, which is seconds
 * where the build has made no image. None where `TASKER_TEST_EMBEDDED=off`.
 */
export default async function setup(project: TestProject): Promise<() => void> {
  if (process.env.TASKER_TEST_EMBEDDED === "off") {
    project.provide("embeddedTemplate", null);
    return () => undefined;
  }
  const directory = mkdtempSync(join(scratchDirectory(), "tasker-embedded-"));
  const template = join(directory, "template");
  const database = await openEmbedded(template, { image: await readImage() });
  await migrate(database);
  await database.close();
  project.provide("embeddedTemplate", template);
  return () => rmSync(directory, { recursive: true, force: true });
}
