import type { Connection } from "../../database/database.ts";
import type { JsonValue } from "../../json/json-value.ts";
import { workerNotFound } from "./waiting-polls.ts";
import { beatWorker } from "./worker-statements.ts";

/** Says that an attempt still runs. */
export interface Beat {
  readonly executionId: string;
  /** How far it is: whatever the handler tells. Default: as it was told before. */
  readonly progress?: JsonValue | undefined;
}

/** Whether a worker is to go on with an attempt. */
export interface BeatAnswer {
  readonly executionId: string;
  readonly isRunning: boolean;
  /**
   * Why not. `cancelled`, `resolved`: somebody has ended the step; `revoked`: its owner waits for it no longer, as after its
   * deadline; `ended`: its end was reported; `unknown`: it is not this worker's. Null if it is to go on.
   */
  readonly reason: "cancelled" | "resolved" | "revoked" | "ended" | "unknown" | null;
  /** For people; null if there is nothing to say. */
  readonly detail: string | null;
}

/** Says that attempts still run; answers in the order of the beats. @throws WorkerNotFoundError */
export async function beatAttempts(
  connection: Connection,
  workerId: number,
  beats: readonly Beat[],
): Promise<BeatAnswer[]> {
  const items = beats.map(({ executionId, progress }) => ({
    x: executionId,
    ...(progress == null ? {} : { p: progress }),
  }));
  const rows = await connection.run(beatWorker, [workerId, JSON.stringify(items)]);
  if (rows.some((row) => row.execution_id === null)) throw workerNotFound(workerId);
  const byId = new Map(rows.map((row) => [row.execution_id, row]));
  return beats.map(({ executionId }) => {
    const row = byId.get(executionId);
    const reason = row === undefined ? "unknown" : reasonOf(row.state, row.step_state);
    return { executionId, isRunning: reason === null, reason, detail: reason === null ? null : (row?.reason ?? null) };
  });
}

function reasonOf(state: string | null, stepState: string | null): BeatAnswer["reason"] {
  if (state === "running") return null;
  if (state === "finished") return "ended";
  if (stepState === "cancelled") return "cancelled";
  return stepState === "resolved_manually" || stepState === "complete" ? "resolved" : "revoked";
}
