import { accessSync, constants, statfsSync } from "node:fs";
import { tmpdir } from "node:os";

/** Linux keeps files below it in memory. */
const IN_MEMORY = "/dev/shm";
/** Room that a run of the tests may need there, in bytes. */
const NEEDED = 4e9;

/**
 * Where tests make and remove many files that need not survive anything: in memory where there is room, because removing the
 * files of a database from a disk takes several times as long as making them. Otherwise where temporary files go.
 */
export function scratchDirectory(): string {
  try {
    accessSync(IN_MEMORY, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    return bavail * bsize >= NEEDED ? IN_MEMORY : tmpdir();
  } catch {
    return tmpdir();
  }
}
