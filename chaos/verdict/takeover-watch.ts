import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "tasker";
import { whileAway } from "../fleet/while-away.ts";

const PAUSE_MS = 150;
/** After this a task counts as not taken over, in milliseconds. */
const PATIENCE_MS = 120_000;
/** Most tasks that are watched of one process. */
const MOST_TASKS = 200;

/** How long the task of a process that was gone stood still. */
export interface Takeover {
  readonly taskId: number;
  /** Kind of the fault and when it was, such as `kill at 12.3 s`. */
  readonly fault: string;
  /** From the fault until another process had made it its own; null: none did in two minutes. */
  readonly ms: number | null;
}

/** Watches how long it takes until others go on with what a process was doing when it was lost. */
export class TakeoverWatch {
  readonly takeovers: Takeover[] = [];
  readonly #database: Database;
  readonly #isOperated: (taskId: number) => boolean;
  readonly #watches = new Set<Promise<void>>();

  /** @param isOperated whether an operator may pause or end the task, which is then not watched */
  constructor(database: Database, isOperated: (taskId: number) => boolean) {
    this.#database = database;
    this.#isOperated = isOperated;
  }

  /**
   * Notes which tasks of a process have a handler running, and watches them in the background. Call it just after the
   * process was stopped.
   * @param over aborts when the process writes again
   */
  async watch(pid: number, fault: string, over: AbortSignal): Promise<void> {
    const since = performance.now();
    const rows = await whileAway(() => this.#database.query(INTERRUPTED, [pid, MOST_TASKS]));
    const epochs = new Map<number, number>();
    for (const row of rows ?? []) {
      if (!this.#isOperated(Number(row.task_id))) epochs.set(Number(row.task_id), Number(row.epoch));
    }
    const watch = this.#follow(epochs, since, fault, over).finally(() => this.#watches.delete(watch));
    this.#watches.add(watch);
  }

  /** Resolves when every watch has ended. */
  async finish(): Promise<void> {
    await Promise.all(this.#watches);
  }

  async #follow(epochs: Map<number, number>, since: number, fault: string, over: AbortSignal): Promise<void> {
    const elapsed = () => performance.now() - since;
    while (epochs.size > 0 && elapsed() < PATIENCE_MS && !over.aborted) {
      const given = [[...epochs.keys()], [...epochs.values()]];
      const rows = (await whileAway(() => this.#database.query(TAKEN, given))) ?? [];
      for (const row of rows) {
        const taskId = Number(row.task_id);
        if (epochs.delete(taskId)) this.takeovers.push({ taskId, fault, ms: elapsed() });
      }
      await sleep(PAUSE_MS);
    }
    if (over.aborted) return;
    for (const taskId of epochs.keys()) this.takeovers.push({ taskId, fault, ms: null });
  }
}

/** Tasks of a process of which a step is running, not waiting. */
const INTERRUPTED = `
  select r.task_id, r.epoch from tasker_task_runs r join tasker_processes p on p.process_id = r.owner_id
  where p.pid = $1 and p.stopped_at is null and r.wake_at is not null and not r.paused and exists (
    select from tasker_workflow_steps w join tasker_workflow_step_transitions x using (workflow_step_id)
    where w.task_id = r.task_id and x.most_recent and x.to_state = 'in_progress' and not x.metadata ? 'waiting_for'
  ) limit $2`;

/** Those of some tasks that another process has claimed: they have a later epoch. */
const TAKEN = `
  select r.task_id from unnest($1::int8[], $2::int8[]) g(task_id, epoch)
  join tasker_task_runs r on r.task_id = g.task_id and r.epoch > g.epoch`;
