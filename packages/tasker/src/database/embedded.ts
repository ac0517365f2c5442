import { join, resolve } from "node:path";
import { type Clock, systemClock } from "../clock/clock.ts";
import type { Database } from "./database.ts";
import { lockDirectory } from "./directory-lock.ts";

/** How to use the embedded database. */
export interface EmbeddedOptions {
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Files that a new database begins with, as an archive. Default: none; making them takes seconds. */
  readonly image?: Blob | null;
}

/**
 * Opens the embedded database: PostgreSQL in this process, with one connection. For development, demonstrations and
 * small single-process use: it survives the end of the process in any way, but not a power cut.
 * @param directory where it lives (created where needed; only one process may have it open), or null for memory
 * @throws DatabaseInUseError if another process has the directory open
 * @throws DatabaseUnavailableError if the directory cannot be used
 */
export async function openEmbedded(directory: string | null, options: EmbeddedOptions = {}): Promise<Database> {
  // Loaded where it is used: a process on a server has no use for the memory that it takes.
  const { openPglite } = await import("./embedded-database.ts");
  const { clock = systemClock, image = null } = options;
  if (directory === null) return openPglite(undefined, image, { place: "memory", clock, release: () => undefined });
  const absolute = resolve(directory);
  const lock = lockDirectory(absolute);
  try {
    return await openPglite(join(absolute, "data"), image, { place: absolute, clock, release: () => lock.release() });
  } catch (error) {
    lock.release();
    throw error;
  }
}
