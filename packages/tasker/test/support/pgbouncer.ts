import { spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { inject, onTestFinished } from "vitest";
import { serverUser } from "./postgres-cluster.ts";
import { freePort } from "./postgres-server.ts";

/**
 * Starts a PgBouncer in transaction mode in front of a server on this machine; it ends with the test.
 * @param url of a database of that server
 * @param serverConnections that it opens to the server
 * @returns the URL of that database behind it
 */
export async function startPgBouncer(url: string, serverConnections: number): Promise<string> {
  const program = inject("pgbouncer");
  if (program === null) throw new Error("this run has no PgBouncer");
  const { hostname, port: serverPort, username } = new URL(url);
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), "tasker-pgbouncer-"));
  const user = serverUser();
  if (user.uid !== undefined && user.gid !== undefined) chownSync(directory, user.uid, user.gid);
  const file = join(directory, "pgbouncer.ini");
  const settings = [
    "[databases]",
    `* = host=${hostname} port=${serverPort} user=${username}`,
    "[pgbouncer]",
    "pool_mode = transaction",
    `default_pool_size = ${serverConnections}`,
    "auth_type = any",
    "listen_addr = 127.0.0.1",
    `listen_port = ${port}`,
    "unix_socket_dir =",
    "server_login_retry = 1",
  ];
  writeFileSync(file, `${settings.join("\n")}\n`, { mode: 0o644 });
  const bouncer = spawn(program, ["--quiet", file], { cwd: directory, stdio: "ignore", ...user });
  onTestFinished(async () => {
    const exited = once(bouncer, "exit");
    if (bouncer.exitCode === null && bouncer.kill("SIGTERM")) await exited;
    rmSync(directory, { recursive: true, force: true });
  });
  const behind = new URL(url);
  behind.port = String(port);
  await waitUntilItAnswers(behind.href);
  return behind.href;
}

async function waitUntilItAnswers(url: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (tries === 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
