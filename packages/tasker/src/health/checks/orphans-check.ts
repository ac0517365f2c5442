import { z } from "zod";
import type { Database } from "../../database/database.ts";
import { checkOrphans } from "../../engine/find-orphans.ts";
import { countForAll } from "../count-for-all.ts";
import type { HealthCheck } from "../health-report.ts";

/** Least time between two counts, of all processes together, in milliseconds: a count reads every run row. */
const INTERVAL_MS = 60_000;
/** Ids that are listed. */
const LISTED = 20;

const Found = z.object({ orphans: z.number(), first: z.array(z.object({ task_id: z.number(), reason: z.string() })) });

/**
 * Whether every live task will go on. One process counts for all, once a minute at most, and in at most a fiftieth of the time;
 * the others read one row.
 */
export function orphansCheck(database: () => Promise<Database>): HealthCheck {
  return {
    name: "orphans",
    failure: "Orphans cannot be counted",
    async run() {
      const connected = await database();
      const answer = await countForAll(
        connected,
        { name: "orphans", intervalMs: INTERVAL_MS, shape: Found },
        async () => {
          const { orphans, found } = await checkOrphans(connected);
          return { orphans, first: found.slice(0, LISTED).map(({ taskId, reason }) => ({ task_id: taskId, reason })) };
        },
      );
      if (answer === null) return { healthy: true, message: "Another process is counting for the first time" };
      const { value, ageSeconds } = answer;
      const details = { ...value, counted_seconds_ago: Math.round(ageSeconds * 10) / 10 };
      if (value.orphans === 0) return { healthy: true, message: "Every live task will go on", details };
      const message = `${value.orphans} live ${value.orphans === 1 ? "task" : "tasks"} will not go on`;
      return { healthy: false, message, details };
    },
  };
}
