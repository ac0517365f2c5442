import type { Database } from "../../database/database.ts";
import { openEmbedded } from "../../database/embedded.ts";
import { readImage } from "../../database/embedded-image.ts";
import { migrate } from "../../database/migrate.ts";

/**
 * Opens a migrated embedded database in memory, for one test or one suite. It takes a second or two and needs nothing
 * installed; close it afterwards.
 */
export async function openMemoryDatabase(): Promise<Database> {
  const database = await openEmbedded(null, { image: await readImage() });
  try {
    await migrate(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}
