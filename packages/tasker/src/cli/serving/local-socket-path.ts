import { createHash } from "node:crypto";
import { lstat, mkdir } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { ConfigurationError } from "../../errors/index.ts";

/** Longest path of a Unix socket on the systems that we know, in bytes, with its end. */
const LONGEST_PATH = 103;

/**
 * Where the process that has an embedded database open listens for the command line: in its directory, or, where that path is too
 * long for a socket, in a directory of the user's own among the temporary files.
 */
export function localSocketPath(directory: string): string {
  const path = join(directory, "socket");
  if (Buffer.byteLength(path) <= LONGEST_PATH) return path;
  const name = createHash("sha256").update(directory).digest("hex").slice(0, 24);
  return join(tmpdir(), `tasker-${userInfo().uid}`, `${name}.socket`);
}

/**
 * Where a process is to listen. Among the temporary files, the directory is made for nobody but the user.
 * @throws ConfigurationError if that is somebody else's, who could put a socket there
 */
export async function claimSocketPath(directory: string): Promise<string> {
  const path = localSocketPath(directory);
  const parent = dirname(path);
  if (parent === directory) return path;
  await mkdir(parent, { recursive: true, mode: 0o700 });
  if (await isOwn(parent)) return path;
  throw new ConfigurationError(
    `${parent} has to belong to the user who runs this process; a shorter path of the data directory does without it`,
    { context: { path: parent } },
  );
}

/** Whether a socket is there that this user, or root, made: anybody else would be told what is meant for the server. */
export function isOwnSocket(path: string): Promise<boolean> {
  return isOwn(path).catch(() => false);
}

/** Of a link it is the link itself that has to be theirs. */
async function isOwn(path: string): Promise<boolean> {
  const { uid } = await lstat(path);
  return uid === userInfo().uid || uid === 0;
}
