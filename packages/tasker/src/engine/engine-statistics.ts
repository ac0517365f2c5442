import type { PoolUsage } from "../database/database.ts";
import type { ConcurrencyDecision } from "./concurrency/optimal-concurrency.ts";
import type { ReadyFigures } from "./ready-figures.ts";
import type { Runtime } from "./runtime.ts";

/** How many steps execute at the same time in a process, and why not more. */
export interface Concurrency {
  /** Steps that may execute at the same time. */
  readonly limit: number;
  /** Steps that do; more than the limit for a while after it was lowered. */
  readonly used: number;
  /** What the limit was decided from; null where it is fixed. */
  readonly decision: ConcurrencyDecision | null;
}

/** What a process shares with others. */
export interface SharingFigures {
  /** Ready steps that are offered to others. */
  readonly offered: number;
  /** Steps of this process's tasks that others run, or whose outcome is being committed. */
  readonly outside: number;
  /** Steps of others' tasks that this process runs, or whose outcome is being handed over. */
  readonly taken: number;
}

/** What an engine is doing. */
export interface EngineStatistics {
  readonly state: "new" | "starting" | "running" | "stopping" | "stopped";
  /** Id of this process in the database; 0 before the start. */
  readonly processId: number;
  /** Tasks in memory. */
  readonly tasks: number;
  readonly concurrency: Concurrency;
  /** Steps whose turn it is and for which there is no slot or permit yet. */
  readonly ready: ReadyFigures;
  /** Whether the process may start and write: false while its lease could be over. */
  readonly holdsLease: boolean;
  /** Use of the database's connections at this moment; null for the embedded database. */
  readonly pool: PoolUsage | null;
  readonly sharing: SharingFigures;
  /** Names of the classes of its strategies. */
  readonly strategies: Readonly<Record<string, string>>;
}

/** How many steps execute at the same time, and what that follows from. */
export function concurrencyOf({ slots, adaptiveConcurrency }: Runtime): Concurrency {
  return { limit: slots.limit, used: slots.used, decision: adaptiveConcurrency?.decision ?? null };
}

/** Figures of an engine in this state. */
export function statisticsOf(runtime: Runtime, state: EngineStatistics["state"]): EngineStatistics {
  const { processId, room, strategies, offers, taker, fence, database } = runtime;
  return {
    state,
    processId,
    tasks: room.count,
    concurrency: concurrencyOf(runtime),
    ready: runtime.ready(),
    holdsLease: state === "running" && fence.isOpen,
    pool: database.poolUsage(),
    sharing: { offered: offers.offered, outside: offers.outside, taken: taker?.size ?? 0 },
    strategies: strategies.names,
  };
}
