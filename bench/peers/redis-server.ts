import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A Redis of its own for one run. */
export interface RedisServer {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Version of the installed Redis server, or null if there is none. */
export function redisVersion(): string | null {
  const { stdout, status } = spawnSync("redis-server", ["--version"], { encoding: "utf8" });
  return status === 0 ? (/v=(\S+)/.exec(stdout)?.[1] ?? null) : null;
}

/** Starts a Redis that appends every write to a file. @param appendfsync when it waits for the disk */
export async function startRedis(appendfsync: "everysec" | "always"): Promise<RedisServer> {
  const directory = mkdtempSync(join(tmpdir(), "tasker-redis-"));
  const port = await freePort();
  const options = { port, bind: "127.0.0.1", save: "", appendonly: "yes", appendfsync, dir: directory };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const server = spawn("redis-server", args, { stdio: ["ignore", "pipe", "ignore"] });
  const exited = once(server, "exit");
  await new Promise<void>((resolve, reject) => {
    server.stdout.on("data", (text) => String(text).includes("Ready to accept connections") && resolve());
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`redis-server ended with code ${code}`)));
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: server.pid ?? 0,
    async stop() {
      server.kill("SIGKILL");
      await exited;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  if (typeof address !== "object" || address === null) throw new Error("the system gave no port");
  return address.port;
}
