import type { EngineStatistics } from "../../engine/engine-statistics.ts";
import type { HealthCheck } from "../health-report.ts";

/** What is asked of an engine. */
export type EngineState = Pick<EngineStatistics, "state" | "holdsLease" | "processId">;

/** Whether the engine of this process runs and may write. Asks nothing of the database. */
export function engineCheck(statistics: () => EngineState): HealthCheck {
  return {
    name: "engine",
    failure: "Engine cannot be looked at",
    async run() {
      const { state, holdsLease, processId } = statistics();
      const details = { state, process_id: processId };
      if (state !== "running") return { healthy: false, message: `Engine is ${state}`, details };
      if (holdsLease) return { healthy: true, message: "Engine is running", details };
      return { healthy: false, message: "Engine could not renew its lease: it starts and writes nothing", details };
    },
  };
}
