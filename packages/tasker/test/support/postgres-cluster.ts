import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PostgresBinaries } from "./postgres-binaries.ts";

/** Files of a new, stopped PostgreSQL cluster, and who must run it. */
export interface Cluster {
  /** Holds everything; removing it leaves nothing. Also the directory of the Unix socket. */
  readonly directory: string;
  readonly data: string;
  readonly bin: string;
  /** Who must run the server. */
  readonly user: ServerUser;
}

/** Options of `spawn` that name a user; empty for this process's own. */
export interface ServerUser {
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * Makes a cluster in a directory of its own. PostgreSQL refuses to run as root, so root hands it to `nobody`.
 * @param parent where the directory is made
 */
export function createCluster(
  found: PostgresBinaries,
  settings: Readonly<Record<string, string>>,
  parent: string,
): Cluster {
  const directory = mkdtempSync(join(parent, "tasker-pg-"));
  try {
    const user = serverUser();
    if (user.uid !== undefined && user.gid !== undefined) chownSync(directory, user.uid, user.gid);
    chmodSync(directory, 0o755);
    const bin = readableBy(user, found, directory);
    const data = join(directory, "data");
    execFileSync(
      join(bin, "initdb"),
      ["-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"],
      { cwd: directory, stdio: ["ignore", "ignore", "pipe"], ...user },
    );
    const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`);
    writeFileSync(join(data, "postgresql.auto.conf"), lines.join(""));
    return { directory, data, bin, user };
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

/** Who runs servers that refuse to run as root: `nobody` where this process is root's, else whoever runs this process. */
export function serverUser(): ServerUser {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

/** Programs below a private home directory cannot be run by another user: they are copied then. */
function readableBy(user: ServerUser, found: PostgresBinaries, directory: string): string {
  const trial = spawnSync(join(found.bin, "postgres"), ["--version"], { cwd: directory, stdio: "ignore", ...user });
  if (trial.status === 0 || found.root === null) return found.bin;
  const copy = join(directory, "native");
  mkdirSync(copy);
  // the libraries' links are relative, and must stay so: what they would point back to cannot be read
  cpSync(found.root, copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, "bin");
}
