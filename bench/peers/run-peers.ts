import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { openPostgres } from "tasker";
import { z } from "zod";
import type { BenchServer } from "../bench-server.ts";
import { type Installation, installPeer } from "./install-peer.ts";
import type { Peer } from "./peer.ts";
import { PeerFinding } from "./peer-finding.ts";
import type { PeerJob } from "./peer-job.ts";
import type { PeerName } from "./peer-names.ts";
import { PEERS } from "./peers.ts";
import { redisVersion, startRedis } from "./redis-server.ts";
import type { PeerSizes, Workload } from "./workloads.ts";

/** What to run. */
export interface PeerPlan {
  readonly names: readonly PeerName[];
  readonly workloads: readonly Workload[];
  readonly repeat: number;
  readonly sizes: PeerSizes;
}

/** One run that gave figures, or one line about what did not. */
export type PeerEvent =
  | {
      readonly kind: "run";
      readonly peer: PeerName;
      readonly workload: Workload;
      readonly repeat: number;
      readonly tasks: number;
      readonly versions: readonly string[];
      readonly findings: readonly PeerFinding[];
    }
  | { readonly kind: "remark"; readonly text: string };

const Reply = z.union([z.strictObject({ findings: z.array(PeerFinding) }), z.strictObject({ error: z.string() })]);

/** Longest time of one run, in milliseconds. */
const PATIENCE_MS = 240_000;

/**
 * Runs all systems in turns, each run in a process and on a database of its own, so that a slow minute of the machine
 * falls on all alike. What cannot be installed, or fails, is said and left out.
 */
export async function* runPeers(plan: PeerPlan, server: BenchServer, signal: AbortSignal): AsyncGenerator<PeerEvent> {
  const installed = new Map<Peer, Extract<Installation, { directory: string }>>();
  for (const name of plan.names) {
    const peer = PEERS[name];
    const installation = peer.redis !== undefined && redisVersion() === null ? NO_REDIS : installPeer(peer);
    if ("problem" in installation) yield { kind: "remark", text: `${name} is left out: ${installation.problem}` };
    else installed.set(peer, installation);
  }
  for (let repeat = 1; repeat <= plan.repeat; repeat++) {
    for (const workload of plan.workloads) {
      for (const [peer, { directory, versions }] of installed) {
        if (peer.unable?.[workload] !== undefined) continue;
        const common = { peer: peer.name, workload, directory, sizes: plan.sizes };
        try {
          const findings = await runOnStore(peer, common, server, signal);
          const tasks = peer.tasks?.[workload] ?? plan.sizes[workload];
          yield { kind: "run", peer: peer.name, workload, repeat, tasks, versions, findings };
        } catch (error) {
          if (signal.aborted || peer.name === "tasker") throw error;
          const reason = error instanceof Error ? error.message : String(error);
          yield { kind: "remark", text: `${peer.name}, ${workload}, run ${repeat} gave no figure: ${reason}` };
        }
      }
    }
  }
}

const NO_REDIS: Installation = { problem: "redis-server is not installed" };

type StorelessJob = Omit<PeerJob, "url" | "serverPid">;

async function runOnStore(peer: Peer, job: StorelessJob, server: BenchServer, signal: AbortSignal) {
  if (peer.redis !== undefined) {
    const redis = await startRedis(peer.redis);
    try {
      return await runInChild({ ...job, url: redis.url, serverPid: onLinux(redis.pid) }, signal);
    } finally {
      await redis.stop();
    }
  }
  const database = await server.createDatabase({ template: "template0" });
  try {
    await useOrdinarySession(database.url);
    return await runInChild({ ...job, url: database.url, serverPid: onLinux(server.pid) }, signal);
  } finally {
    await database.drop();
  }
}

function onLinux(pid: number | null): number | null {
  return process.platform === "linux" ? pid : null;
}

/** The bench's server has an odd time zone and date style, by which tests find what depends on them. */
async function useOrdinarySession(url: string): Promise<void> {
  const database = await openPostgres(url, { connections: 1 });
  const name = new URL(url).pathname.slice(1);
  await database.execute(`alter database ${name} set timezone = 'UTC'`);
  await database.execute(`alter database ${name} set datestyle = 'ISO, MDY'`);
  await database.close();
}

async function runInChild(job: PeerJob, signal: AbortSignal): Promise<PeerFinding[]> {
  const script = fileURLToPath(new URL("child.ts", import.meta.url));
  // What a system prints or is warned of is not part of the report.
  const child = fork(script, {
    signal,
    timeout: PATIENCE_MS,
    execArgv: ["--no-deprecation"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  let answer: unknown;
  child.once("message", (message) => {
    answer = message;
  });
  const closed = once(child, "close");
  child.send(job);
  const [code, endedBy] = await closed;
  if (answer === undefined) throw new Error(`its process ended with ${endedBy ?? `code ${code}`}`);
  const reply = Reply.parse(answer);
  if ("error" in reply) throw new Error(reply.error);
  return reply.findings;
}
