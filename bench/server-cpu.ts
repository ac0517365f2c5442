import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** Reads the CPU time of a PostgreSQL server on this machine, as Linux counts it: in steps of 10 ms as a rule. */
export class ServerCpu {
  readonly #pid: number;
  readonly #ticksPerSecond: number;

  /** @param pid process id of the server */
  constructor(pid: number) {
    this.#pid = pid;
    this.#ticksPerSecond = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
  }

  /** CPU time of the server and all of its processes since it started, in microseconds: user and system. */
  readUs(): number {
    let ticks = 0;
    for (const entry of readdirSync("/proc")) {
      const pid = Number(entry);
      if (!Number.isInteger(pid)) continue;
      const stat = readStat(pid);
      // The server also counts its children that have ended.
      if (pid === this.#pid) ticks += (stat?.ownTicks ?? 0) + (stat?.endedChildrenTicks ?? 0);
      else if (stat?.parent === this.#pid) ticks += stat.ownTicks;
    }
    return (ticks * 1e6) / this.#ticksPerSecond;
  }
}

interface ProcessStat {
  readonly parent: number;
  readonly ownTicks: number;
  readonly endedChildrenTicks: number;
}

/** Null if the process has ended meanwhile. See proc(5) for the fields; the name before them may contain blanks. */
function readStat(pid: number): ProcessStat | null {
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
