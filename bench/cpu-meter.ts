import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** CPU times so far, user and system, in microseconds, and when they were read, in milliseconds. */
interface Reading {
  readonly atMs: number;
  readonly nodeUs: number;
  readonly serverUs: number | null;
  readonly machineUs: number | null;
}

/** CPU time spent in an interval. */
export interface CpuUse {
  /** By the process of Node that is measured, in microseconds. */
  readonly nodeUs: number;
  /** By all processes of the PostgreSQL server, in microseconds. Null if the server is not ours. */
  readonly serverUs: number | null;
  /** CPUs that everything else on the machine kept busy, on average. Null if that cannot be told. */
  readonly otherCpus: number | null;
}

/**
 * Measures who uses the CPUs. What the server and the machine use comes from Linux, which counts in steps of 10 ms as a
 * rule: intervals of less than a second give rough figures.
 */
export class CpuMeter {
  readonly #serverPid: number | null;
  readonly #nodePid: number | null;
  readonly #ticksPerSecond: number;
  readonly #start: Reading;

  /**
   * Begins an interval.
   * @param serverPid process id of our own PostgreSQL server on Linux, or null
   * @param nodePid the process that is measured, on Linux; null: this one
   */
  constructor(serverPid: number | null, nodePid: number | null = null) {
    this.#serverPid = serverPid;
    this.#nodePid = nodePid;
    this.#ticksPerSecond =
      serverPid === null && nodePid === null ? 1 : Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
    this.#start = this.#read();
  }

  /** What was used since the interval began. */
  measure(): CpuUse {
    const { atMs, nodeUs, serverUs, machineUs } = this.#start;
    const now = this.#read();
    const nodeUse = now.nodeUs - nodeUs;
    if (serverUs === null || now.serverUs === null || machineUs === null || now.machineUs === null) {
      return { nodeUs: nodeUse, serverUs: null, otherCpus: null };
    }
    const serverUse = now.serverUs - serverUs;
    const otherUs = Math.max(0, now.machineUs - machineUs - nodeUse - serverUse);
    return { nodeUs: nodeUse, serverUs: serverUse, otherCpus: otherUs / 1_000 / (now.atMs - atMs) };
  }

  #read(): Reading {
    const { user, system } = process.cpuUsage();
    const node = this.#nodePid;
    const toUs = (ticks: number) => (ticks * 1e6) / this.#ticksPerSecond;
    const own = this.#serverPid;
    return {
      atMs: performance.now(),
      nodeUs: node === null ? user + system : toUs(readProcess(node)?.ownTicks ?? 0),
      serverUs: own === null ? null : toUs(readServerTicks(own)),
      machineUs: own === null ? null : toUs(readBusyTicks()),
    };
  }
}

/** Ticks of the server and all of its processes since it started. */
function readServerTicks(serverPid: number): number {
  let ticks = 0;
  for (const entry of readdirSync("/proc")) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    const stat = readProcess(pid);
    // The server also counts its children that have ended.
    if (pid === serverPid) ticks += (stat?.ownTicks ?? 0) + (stat?.endedChildrenTicks ?? 0);
    else if (stat?.parent === serverPid) ticks += stat.ownTicks;
  }
  return ticks;
}

/** Ticks in which some process ran, of all CPUs since the machine started: user, nice, system, irq and softirq. */
function readBusyTicks(): number {
  const [, user, nice, system, , , irq, softirq] =
    readFileSync("/proc/stat", "utf8").split("\n", 1)[0]?.split(/ +/) ?? [];
  return [user, nice, system, irq, softirq].reduce((sum, ticks) => sum + Number(ticks), 0);
}

interface ProcessStat {
  readonly parent: number;
  readonly ownTicks: number;
  readonly endedChildrenTicks: number;
}

/** Null if the process has ended meanwhile. See proc(5) for the fields; the name before them may contain blanks. */
function readProcess(pid: number): ProcessStat | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return null;
  }
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  // The first of these is field 3.
  const field = (number: number) => Number(fields[number - 3]);
  return { parent: field(4), ownTicks: field(14) + field(15), endedChildrenTicks: field(16) + field(17) };
}
