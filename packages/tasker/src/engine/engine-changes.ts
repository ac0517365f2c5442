import type { BackoffSettings } from "../config/backoff-config.ts";
import type { ExecutionSettings } from "../config/execution-config.ts";
import type { TaskOverrides } from "../config/task-overrides.ts";

/** Options of an engine that can change while it runs. What is left out stays as it is. */
export interface EngineChanges {
  /** The whole section; waits that have begun stay. */
  readonly backoff?: BackoffSettings;
  /** What the configuration says for some tasks; the whole of it. */
  readonly overrides?: TaskOverrides;
  /** The whole section: concurrency follows the process from now on. Null: it is the fixed number of the option `concurrency`. */
  readonly execution?: ExecutionSettings | null;
  /** Share of the traces that begin here which are kept, 0 to 1. */
  readonly eventSamplingRate?: number;
  /** Time from which on a statement is logged as slow, in milliseconds; null: none is. */
  readonly slowStatementMs?: number | null;
}
