import type { Connection } from "../../database/database.ts";
import { encodeJson } from "../../json/encode.ts";
import type { JsonValue } from "../../json/json-value.ts";
import { stepOfRemoteExecution } from "./remote-execution-id.ts";
import { workerNotFound } from "./waiting-polls.ts";
import { beatWorker } from "./worker-statements.ts";

/** Largest progress of an attempt, in bytes of JSON. */
const MOST_PROGRESS = 4_096;

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

/**
 * Says that attempts still run; answers in the order of the beats, an error for one whose progress cannot be stored.
 * @param namespaces where the caller may report; null: everywhere
 * @throws WorkerNotFoundError
 */
export async function beatAttempts(
  connection: Connection,
  workerId: number,
  beats: readonly Beat[],
  namespaces: readonly string[] | null,
): Promise<(BeatAnswer | Error)[]> {
  const encoded = beats.map(encode);
  const items = encoded.filter((item) => typeof item === "string");
  const rows = await connection.run(beatWorker, [workerId, `[${items.join(",")}]`, namespaces]);
  if (rows.some((row) => row.execution_id === null)) throw workerNotFound(workerId);
  const byId = new Map(rows.map((row) => [row.execution_id, row]));
  return beats.map(({ executionId }, place) => {
    const item = encoded[place];
    if (item instanceof Error) return item;
    const row = byId.get(executionId);
    const reason = row === undefined ? "unknown" : reasonOf(row.state, row.step_state);
    return { executionId, isRunning: reason === null, reason, detail: reason === null ? null : (row?.reason ?? null) };
  });
}

/** A beat as it is sent; null if its id is none, the error if its progress cannot be stored. */
function encode({ executionId, progress }: Beat): string | Error | null {
  if (stepOfRemoteExecution(executionId) === null) return null;
  const id = `{"x":${JSON.stringify(executionId)}`;
  if (progress == null) return `${id}}`;
  try {
    return `${id},"p":${encodeJson(progress, { maxBytes: MOST_PROGRESS, what: `progress of ${executionId}` })}}`;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function reasonOf(state: string | null, stepState: string | null): BeatAnswer["reason"] {
  if (state === "running") return null;
  if (state === "finished") return "ended";
  if (stepState === "cancelled") return "cancelled";
  return stepState === "resolved_manually" || stepState === "complete" ? "resolved" : "revoked";
}
