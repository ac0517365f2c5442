import type { ExecutionConfig, Pressure } from "../../config/execution-config.ts";
import { MAX_SAFE_CONNECTION_PERCENTAGE } from "../../constants/execution.ts";
import type { PoolUsage } from "../../database/database.ts";
import { assessLoad, assessPool, type ProcessLoad } from "./pressure.ts";

/** How many steps may execute at the same time, and what that was decided from. */
export interface ConcurrencyDecision {
  /** Steps at a time, from `min_concurrent_steps` to `max_concurrent_steps_limit`. */
  readonly limit: number;
  /** Null where no pool takes part: the embedded database has a single connection, which is busy or not. */
  readonly pool: (PoolUsage & { readonly utilization: number }) | null;
  /** Pressure on the pool; null without one, `unknown` if it could not be rated. */
  readonly poolPressure: Pressure | "unknown" | null;
  readonly load: ProcessLoad | null;
  /** Pressure on the process; `unknown` if it could not be rated. */
  readonly loadPressure: Pressure | "unknown";
}

/** What high and critical pressure leave of the share that their factor gives. */
const UNDER_HIGH_PRESSURE = 0.7;

const clamp = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most);

/**
 * Steps that a pool bears:
 *
 *     available = size - busy - waiting, times steps_per_connection
 *     base      = floor(min(available * factor[pressure], max)), min at least
 *     low            = base
 *     moderate       = min(base, floor(available * 0.6))
 *     high, critical = floor(min(base * 0.7, available * 0.6))
 *
 * The reference's rule (execution specification 2.9.2), where a step holds a connection as long as it runs. Here it holds
 * none, so that one connection carries `steps_per_connection` steps: 1 gives the reference's figures. Two differences: its
 * constants 3 and 12 are the configured bounds, and critical pressure goes by its factor, which is ignored there.
 */
function stepsForPool(available: number, pressure: Pressure, config: ExecutionConfig): number {
  const { min_concurrent_steps: least, max_concurrent_steps_limit: most } = config;
  const steps = available * config.steps_per_connection;
  const base = Math.max(Math.floor(Math.min(steps * config.connection_pressure_factors[pressure], most)), least);
  const safe = Math.floor(steps * MAX_SAFE_CONNECTION_PERCENTAGE);
  if (pressure === "low") return base;
  return pressure === "moderate" ? Math.min(base, safe) : Math.floor(Math.min(base * UNDER_HIGH_PRESSURE, safe));
}

/** Steps that a process bears: with the bounds 3 and 12 that is 12, 8, 4 and 3. */
function stepsForLoad(pressure: Pressure, config: ExecutionConfig): number {
  const { min_concurrent_steps: least, max_concurrent_steps_limit: most } = config;
  if (pressure === "low") return most;
  if (pressure === "moderate") return Math.round((most - least) * 0.6 + least);
  return pressure === "high" ? least + 1 : least;
}

/**
 * How many steps may execute at the same time: what the pool and the process bear, the smaller of the two, within the bounds
 * of the configuration. Pure. Something that cannot be rated counts as bearing the least.
 * @param pool null if none takes part; undefined if it could not be read
 * @param load undefined if it could not be read
 */
export function optimalConcurrency(
  pool: PoolUsage | null | undefined,
  load: ProcessLoad | undefined,
  config: ExecutionConfig,
): ConcurrencyDecision {
  const { min_concurrent_steps: least, max_concurrent_steps_limit: most } = config;
  const rated = pool === null || pool === undefined ? null : attempt(() => assessPool(pool));
  const loadPressure = load === undefined ? null : attempt(() => assessLoad(load, config));
  const byPool =
    rated === null ? (pool === null ? most : least) : stepsForPool(rated.available, rated.pressure, config);
  const byLoad = loadPressure === null ? least : stepsForLoad(loadPressure, config);
  return {
    limit: clamp(Math.min(byPool, byLoad), least, most),
    pool: pool === null || pool === undefined ? null : { ...pool, utilization: rated?.utilization ?? 0 },
    poolPressure: pool === null ? null : (rated?.pressure ?? "unknown"),
    load: load ?? null,
    loadPressure: loadPressure ?? "unknown",
  };
}

function attempt<T>(rate: () => T): T | null {
  try {
    return rate();
  } catch {
    return null;
  }
}
