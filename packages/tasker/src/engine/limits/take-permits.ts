import type { Connection } from "../../database/database.ts";
import { array, bool, float8, int4, int8, json, nullable, text, timestamp } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import type { PermitWaiter } from "./permit.ts";
import type { PermitGroup } from "./permit-group.ts";

/** Gives back permits and takes others; says for each group how many of its steps got theirs. */
export const takePermitsStatement = statement({
  name: "take_permits",
  text: "select place, granted, refused_by, wait_ms from tasker_take_permits($1, $2, $3, $4, $5, $6, $7)",
  parameters: [int8, int8, bool, nullable(timestamp), nullable(array(int8)), int4, nullable(json)],
  columns: { place: int4, granted: int4, refused_by: nullable(text), wait_ms: nullable(float8) },
});

/** Gives back all permits of a process but those of attempts outside it, and takes it out of those that wait. */
export const leavePermits = statement({
  name: "leave_permits",
  text: `
    with waits as (delete from tasker_limit_waits where process_id = $1)
    delete from tasker_permits p where p.process_id = $1
      and (p.execution_id is null or not tasker_is_outside(p.workflow_step_id, p.execution_id))`,
  parameters: [int8],
  columns: {},
});

/** Steps for which permits are asked for, in the order of their turns. */
export interface PermitRequest {
  readonly group: PermitGroup;
  readonly waiters: readonly PermitWaiter[];
  /** Number of the first one's permit; the others' follow. */
  readonly firstPermitNo: number;
}

/** What became of a request. */
export interface PermitAnswer {
  /** How many steps got their permits: the first ones. */
  readonly granted: number;
  /** The limiter that refused the others; null if there are none. */
  readonly refusedBy: string | null;
  /** After which time one more will fit, if that is only a matter of time; milliseconds. */
  readonly waitMs: number | null;
}

const NOTHING: PermitAnswer = { granted: 0, refusedBy: null, waitMs: null };

/** One call of `tasker_take_permits`. The answers are in the order of the requests. */
export async function takePermits(
  connection: Connection,
  call: {
    readonly processId: number;
    /** Number of the call: higher than those of the process's earlier ones. */
    readonly callNo: number;
    /** Whether an earlier call got no answer: it is voided if it has not come to the database yet. Then without requests. */
    readonly fence: boolean;
    /** Milliseconds since the epoch. */
    readonly nowMs: number;
    /** By which the steps that wait have noted since when. */
    readonly elapsedMs: number;
    /** Whether the database's time is used for rates, instead of `nowMs`. */
    readonly byDatabaseTime: boolean;
    readonly patienceMs: number;
    readonly givenBack: readonly number[];
    readonly requests: readonly PermitRequest[];
  },
): Promise<PermitAnswer[]> {
  const { processId, nowMs, elapsedMs, givenBack, requests } = call;
  const rows = await connection.run(takePermitsStatement, [
    processId,
    call.callNo,
    call.fence,
    call.byDatabaseTime ? null : new Date(nowMs),
    givenBack.length === 0 ? null : givenBack,
    call.patienceMs,
    requests.length === 0
      ? null
      : JSON.stringify(requests.map((request) => encodeRequest(request, processId, elapsedMs))),
  ]);
  const answers = new Map(rows.map((row) => [row.place, row]));
  return requests.map((_request, place) => {
    const row = answers.get(place);
    return row === undefined ? NOTHING : { granted: row.granted, refusedBy: row.refused_by, waitMs: row.wait_ms };
  });
}

function encodeRequest({ group, waiters, firstPermitNo }: PermitRequest, processId: number, elapsedMs: number): object {
  return {
    g: group.groupNo,
    l: group.demands.map(({ limiter, concurrency, rate }) => ({
      i: limiter,
      c: concurrency,
      n: rate?.count ?? null,
      s: rate?.perSeconds ?? null,
    })),
    w: waiters.map(({ run, step, executionId }, place) => {
      const permit = [firstPermitNo + place, run.taskId, step.stepId];
      return executionId === null ? permit : [...permit, executionId];
    }),
    k: group.size + waiters.length,
    o: Math.max(0, elapsedMs - (waiters[0]?.readySince ?? elapsedMs)),
    h: group.rowOf === processId,
  };
}
