import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Longest path of a Unix socket on the systems that we know, in bytes, with its end. */
const LONGEST_PATH = 103;

/**
 * Where the process that has an embedded database open listens for the command line: in its directory, or, where that path is too
 * long for a socket, among the temporary files.
 */
export function localSocketPath(directory: string): string {
  const path = join(directory, "socket");
  if (Buffer.byteLength(path) <= LONGEST_PATH) return path;
  return join(tmpdir(), `tasker-${createHash("sha256").update(directory).digest("hex").slice(0, 24)}.socket`);
}
