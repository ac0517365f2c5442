import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "tasker";
import { whileAway } from "../fleet/while-away.ts";

const PAUSE_MS = 400;

/** How many tasks are under way, asked again and again. */
export class LiveCount {
  /** As of the last answer; paused tasks are not counted. */
  tasks = 0;
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Asks until the signal aborts. */
  async work(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const rows = await whileAway(() =>
        this.#database.query("select count(*)::int as tasks from tasker_task_runs where wake_at is not null"),
      );
      this.tasks = Number(rows?.[0]?.tasks ?? this.tasks);
      await sleep(PAUSE_MS);
    }
  }
}
