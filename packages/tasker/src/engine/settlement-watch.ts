import type { Clock } from "../clock/clock.ts";
import type { Connection } from "../database/database.ts";
import { array, int8, nullable, varchar } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";
import { NotRunningError, TaskNotFoundError } from "../errors/index.ts";
import type { Log } from "./options.ts";
import { logAttempt } from "./outage/trouble-log.ts";

/** The states of tasks; null for an id that is no task's. */
export const readTaskStates = statement({
  name: "read_task_states",
  text: `
    select asked.id as task_id, (
      select coalesce((
        select t.to_state from tasker_task_transitions t where t.task_id = k.task_id and t.most_recent limit 1
      ), 'pending') from tasker_tasks k where k.task_id = asked.id
    )::varchar as state
    from unnest($1::bigint[]) as asked(id)`,
  parameters: [array(int8)],
  columns: { task_id: int8, state: nullable(varchar) },
});

const SETTLED: ReadonlySet<string> = new Set(["complete", "error", "cancelled", "resolved_manually"]);

function notFound(taskId: number): TaskNotFoundError {
  return new TaskNotFoundError(`task ${taskId} does not exist`, { context: { taskId } });
}

interface Waiter {
  readonly resolve: (state: string) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Waits for tasks to end, whoever runs them: one query for all that are waited for, when one of this process's tasks has
 * ended and from time to time.
 */
export class SettlementWatch {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #intervalMs: number;
  readonly #isLocal: (taskId: number) => boolean;
  readonly #waiters = new Map<number, Waiter[]>();
  #looking = false;
  #cancel: (() => void) | null = null;

  /** @param isLocal whether a task is in this process's memory: it is asked for when it leaves that */
  constructor(
    connection: Connection,
    clock: Clock,
    log: Log,
    intervalMs: number,
    isLocal: (taskId: number) => boolean,
  ) {
    this.#connection = connection;
    this.#clock = clock;
    this.#log = log;
    this.#intervalMs = intervalMs;
    this.#isLocal = isLocal;
  }

  /** Resolves with the state in which the task ended. */
  wait(taskId: number): Promise<string> {
    if (!Number.isSafeInteger(taskId)) return Promise.reject(notFound(taskId));
    return new Promise((resolve, reject) => {
      const waiting = this.#waiters.get(taskId) ?? [];
      waiting.push({ resolve, reject });
      this.#waiters.set(taskId, waiting);
      if (!this.#isLocal(taskId)) this.#lookSoon(0);
    });
  }

  /** Tells that a task has left this process's memory in `state`, when that is known. */
  notice(taskId: number, state: string | null): void {
    if (!this.#waiters.has(taskId)) return;
    if (state !== null && SETTLED.has(state)) this.#settle(taskId, state);
    else this.#lookSoon(0);
  }

  #lookSoon(delayMs: number): void {
    if (this.#looking || this.#waiters.size === 0) return;
    if (this.#cancel !== null && delayMs > 0) return;
    this.#cancel?.();
    this.#cancel = this.#clock.after(delayMs, () => {
      this.#cancel = null;
      void this.#look();
    });
  }

  async #look(): Promise<void> {
    this.#looking = true;
    try {
      const asked = [...this.#waiters.keys()].filter((taskId) => !this.#isLocal(taskId));
      const rows = asked.length === 0 ? [] : await this.#connection.run(readTaskStates, [asked]);
      for (const { task_id: taskId, state } of rows) {
        if (state === null) this.#fail(taskId, notFound(taskId));
        else if (SETTLED.has(state)) this.#settle(taskId, state);
      }
    } catch (error) {
      // Closed for good. If it is only away, the next look tells.
      if (error instanceof NotRunningError) for (const taskId of [...this.#waiters.keys()]) this.#fail(taskId, error);
      else logAttempt(this.#log, error, {}, "asking for the states of tasks failed, trying again");
    }
    this.#looking = false;
    this.#lookSoon(this.#intervalMs);
  }

  #settle(taskId: number, state: string): void {
    const waiting = this.#waiters.get(taskId);
    this.#waiters.delete(taskId);
    for (const { resolve } of waiting ?? []) resolve(state);
  }

  #fail(taskId: number, error: Error): void {
    const waiting = this.#waiters.get(taskId);
    this.#waiters.delete(taskId);
    for (const { reject } of waiting ?? []) reject(error);
  }
}
