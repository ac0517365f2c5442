import type { Random } from "tasker/testing";
import type { Settings } from "../settings.ts";
import type { Fault, FaultKind } from "./fault.ts";
import { drawsFor, integer, pick, pickWeighted, shuffled } from "./random-draws.ts";

/** How often each kind is drawn, compared with others. There is one deploy. */
const WEIGHTS: Readonly<Record<Exclude<FaultKind, "deploy">, number>> = {
  kill: 24,
  terminate: 14,
  stop: 10,
  stall: 8,
  cut: 6,
  clock: 10,
  block: 8,
  lock: 6,
  restart: 6,
};

/** How long a process takes to be ready again, at most as a rule. */
const STARTING_MS = 4_000;
/** How long a slot is empty after its process was killed. */
const DOWN_MS = [500, 4_000] as const;
const LOCK_MS = [1_000, 4_000] as const;
/** How far a clock is set off: from a minute to three hours. */
const OFFSET_MS = [60_000, 10_800_000] as const;
const CLOCK_MS = [3_000, 15_000] as const;

/** When the deploy begins, as a share of the time. */
const DEPLOY_AT = 0.3;

type Drawn = Exclude<FaultKind, "deploy">;
type Settled = Pick<Settings, "seed" | "faultsMs" | "processes" | "gapMs" | "stopMs" | "stallMs" | "blockMs">;

/**
 * Plans the faults of a run in the order of their times: every kind once, as far as there is time, then at random. At least
 * one process is left that is neither dead, stopped, cut off nor blocked, and a deploy begins when all of them work.
 */
export function planFaults(settings: Settled): Fault[] {
  const random = drawsFor(settings.seed, "faults");
  const busyUntil = Array.from({ length: settings.processes }, () => 0);
  const due = shuffled(random, Object.keys(WEIGHTS) as Drawn[]);
  const faults: Fault[] = [];
  let isDeployed = false;
  let deployedAtMs = 0;
  for (let atMs = settings.gapMs[0]; atMs < settings.faultsMs; atMs += integer(random, ...settings.gapMs)) {
    const free = busyUntil.flatMap((until, slot) => (until <= atMs ? [slot] : []));
    const isDeployDue = !isDeployed && atMs >= DEPLOY_AT * settings.faultsMs;
    if (isDeployDue && free.length === settings.processes) {
      isDeployed = true;
      faults.push({ kind: "deploy", atMs });
      deployedAtMs = atMs + settings.processes * STARTING_MS;
      continue;
    }
    // From when the deploy is due until it is over, nobody else ends or holds up a process.
    const most = isDeployDue || atMs < deployedAtMs ? Math.min(1, free.length) : free.length;
    const isPossible = (kind: Drawn) => PROCESSES_NEEDED[kind] <= most;
    const next = due.find(isPossible);
    if (next !== undefined) due.splice(due.indexOf(next), 1);
    const kind = next ?? pickWeighted(random, onlyPossible(isPossible));
    const fault = drawFault(random, kind, atMs, free, settings);
    faults.push(fault);
    if (isAbsence(fault)) busyUntil[fault.slot] = atMs + fault.forMs + STARTING_MS;
  }
  return faults;
}

/** How many processes must be at work when a fault of a kind begins: one that it is done to, and one that is left. */
const PROCESSES_NEEDED: Readonly<Record<Drawn, number>> = {
  restart: 0,
  lock: 0,
  cut: 1,
  terminate: 1,
  clock: 1,
  kill: 2,
  stop: 2,
  stall: 2,
  block: 2,
};

function onlyPossible(isPossible: (kind: Drawn) => boolean): Record<Drawn, number> {
  const weights = { ...WEIGHTS };
  for (const kind of Object.keys(weights) as Drawn[]) if (!isPossible(kind)) weights[kind] = 0;
  return weights;
}

/** Whether a process does nothing while the fault lasts. */
function isAbsence(fault: Fault): fault is Extract<Fault, { readonly kind: "kill" | "stop" | "stall" | "block" }> {
  return fault.kind === "kill" || fault.kind === "stop" || fault.kind === "stall" || fault.kind === "block";
}

function drawFault(random: Random, kind: Drawn, atMs: number, free: readonly number[], settings: Settled): Fault {
  const draw = ([least, most]: readonly [number, number]) => integer(random, least, most);
  if (kind === "restart") return { kind, atMs };
  if (kind === "lock") return { kind, atMs, forMs: draw(LOCK_MS) };
  const slot = pick(random, free);
  if (kind === "cut" || kind === "terminate") return { kind, atMs, slot };
  if (kind === "clock") {
    const offsetMs = pick(random, [-1, 1]) * draw(OFFSET_MS);
    return { kind, atMs, slot, offsetMs, forMs: draw(CLOCK_MS) };
  }
  const lengths = { kill: DOWN_MS, stop: settings.stopMs, stall: settings.stallMs, block: settings.blockMs };
  return { kind, atMs, slot, forMs: draw(lengths[kind]) };
}
