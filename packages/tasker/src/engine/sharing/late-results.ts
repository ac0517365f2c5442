import type { Clock } from "../../clock/clock.ts";
import type { Connection } from "../../database/database.ts";
import { failureKindOf } from "../../database/failure-kind.ts";
import { int8, json, timestamp } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import { type Asker, askUntilAnswered } from "../ask-until-answered.ts";
import type { Execution } from "../execution.ts";
import { encodeOutcome } from "./outcome-record.ts";

/**
 * Keeps what came of attempts whose step went on without them: `[{x: execution, s: step, t: task, e: epoch under which it
 * started, a: attempt, b: when, o: outcome, v: results or absent, r: reason}]`. One whose outcome this process has written
 * after all, without having got the answer, is none.
 */
export const keepLateResults = statement({
  name: "keep_late_results",
  text: `
    insert into tasker_step_executions (execution_id, workflow_step_id, task_id, task_namespace_id, owner_id, epoch, attempt,
      process_id, state, started_at, heartbeat_at, finished_at, outcome, results, reason)
    select q.x, q.s, q.t, r.task_namespace_id, r.owner_id, q.e, q.a, $1::int8, 'refused', q.b, clock_timestamp() at time zone 'UTC',
      $2, q.o, q.v, q.r
    from json_to_recordset($3)
      as q(x varchar, s bigint, t bigint, e bigint, a integer, b timestamp, o jsonb, v jsonb, r text)
    cross join lateral (
      select y.task_namespace_id, y.owner_id from tasker_task_runs y where y.task_id = q.t limit 1
    ) r
    where not exists (
      select from tasker_workflow_step_transitions y
      where y.workflow_step_id = q.s and y.to_state <> 'in_progress' and y.metadata ->> 'execution_id' = q.x
        and y.metadata ->> 'writer' = $1::int8::text and y.metadata ->> 'epoch' = q.e::text
    )
    on conflict do nothing`,
  parameters: [int8, timestamp, json],
  columns: {},
});

/** What keeping late results needs of the engine around it. */
export interface LateResultsHost extends Asker {
  readonly database: Connection;
  readonly clock: Clock;
}

interface LateResult {
  readonly execution: Execution;
  /** Id in the database of this process when the attempt started. */
  readonly processId: number;
  readonly reason: string;
}

/**
 * What handlers come to although nobody waits for it any more, as when their process was taken for dead: it changes nothing,
 * and is kept beside the audit trail, so that it can be seen what was done twice.
 */
export class LateResults {
  readonly #host: LateResultsHost;
  readonly #expected = new Map<Execution, Omit<LateResult, "execution">>();
  #waiting: LateResult[] = [];
  #writing: Promise<void> | null = null;

  constructor(host: LateResultsHost) {
    this.#host = host;
  }

  /** Takes an attempt that was abandoned: what it came to is kept, now or when its handler ends. */
  expect(execution: Execution, processId: number, reason: string): void {
    if (!execution.launched || execution.outside !== null || execution.taken !== null) return;
    this.#expected.set(execution, { processId, reason });
    this.settle(execution);
  }

  /** Called with each execution that has an outcome. */
  settle(execution: Execution): void {
    if (this.#expected.size === 0 || execution.outcome === null) return;
    const expected = this.#expected.get(execution);
    if (expected === undefined) return;
    this.#expected.delete(execution);
    // A handler that stopped when it was told to has done what it should.
    if (execution.outcome.kind !== "success" && execution.outcome.kind !== "failure") return;
    this.#waiting.push({ ...expected, execution });
    this.#writing ??= this.#writeAll();
  }

  /** Resolves when everything is written. */
  async written(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    // What comes in this turn goes into one statement.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      while (this.#waiting.length > 0) {
        const processId = this.#waiting[0]?.processId ?? 0;
        const batch = this.#waiting.filter((late) => late.processId === processId);
        this.#waiting = this.#waiting.filter((late) => late.processId !== processId);
        await this.#write(processId, batch);
      }
    } finally {
      // In the same turn as the look that found nothing: what comes after it begins anew.
      this.#writing = null;
    }
  }

  async #write(processId: number, batch: readonly LateResult[]): Promise<void> {
    const refusal = await this.#keep(processId, batch);
    if (refusal === null) {
      for (const { execution, reason } of batch) {
        const { executionId, name: step, run } = execution;
        const facts = { taskId: run.taskId, step, executionId, reason };
        this.#host.log.info(facts, "an outcome came too late: it is kept and changes nothing");
      }
    } else if (batch.length > 1) {
      // The database refused the data of some outcome: the others must not suffer for it.
      for (const late of batch) await this.#write(processId, [late]);
    } else {
      this.#host.log.warn({ err: refusal, executionId: batch[0]?.execution.executionId }, "a late outcome is not kept");
    }
  }

  /** @returns why it cannot be done; null if it is, or if nobody waits for the database any more */
  #keep(processId: number, batch: readonly LateResult[]): Promise<unknown> {
    const { database, clock } = this.#host;
    const rows = `[${batch.map(encode).join(",")}]`;
    return askUntilAnswered(this.#host, batch[0]?.execution.run.taskId ?? 0, async () => {
      try {
        await database.run(keepLateResults, [processId, new Date(clock.now()), rows]);
        return null;
      } catch (error) {
        if (!["data", "permanent"].includes(failureKindOf(error))) throw error;
        return error;
      }
    });
  }
}

function encode({ execution, reason }: LateResult): string {
  const { executionId, stepId, attempt, outcome, published, spanId, startedAt, run } = execution;
  const { outcome: text, results } = encodeOutcome(outcome ?? { kind: "interrupted", reason }, published, spanId, {
    seal: run.seal,
    step: execution.name,
  });
  const fields = JSON.stringify({
    x: executionId,
    s: stepId,
    t: run.taskId,
    e: run.epoch,
    a: attempt,
    b: new Date(startedAt).toISOString(),
    r: reason,
  });
  return `${fields.slice(0, -1)},"o":${text}${results === null ? "" : `,"v":${results}`}}`;
}
