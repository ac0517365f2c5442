import type { Connection } from "../database/database.ts";
import { readNamedTasks, readTaskKinds } from "../event-log/reading/log-statements.ts";

/** Most tasks of which it is remembered where they are. */
const MOST_TASKS = 50_000;

/** Remembers in which namespaces tasks are: that does not change. */
export class TaskNamespaces {
  readonly #connection: Connection;
  readonly #ofTasks = new Map<number, string>();
  readonly #ofKinds = new Map<number, string>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Null: it is not known, or there is no such task. */
  of(taskId: number | null): string | null {
    return taskId === null ? null : (this.#ofTasks.get(taskId) ?? null);
  }

  /** Reads where tasks are that it does not know of. */
  async learn(taskIds: readonly (number | null)[]): Promise<void> {
    const unknown = new Set(taskIds.filter((id) => id !== null && !this.#ofTasks.has(id)));
    if (unknown.size === 0) return;
    if (this.#ofTasks.size + unknown.size > MOST_TASKS) this.#ofTasks.clear();
    // After that, those that were known are not: all are asked for.
    const asked = new Set(taskIds.flatMap((id) => (id === null || this.#ofTasks.has(id) ? [] : [id])));
    const rows = await this.#connection.run(readTaskKinds, [[...asked]]);
    const kinds = new Set(rows.map(({ named_task_id: kind }) => kind).filter((kind) => !this.#ofKinds.has(kind)));
    if (kinds.size > 0) {
      for (const { named_task_id: kind, namespace } of await this.#connection.run(readNamedTasks, [[...kinds]])) {
        this.#ofKinds.set(kind, namespace);
      }
    }
    for (const { task_id: taskId, named_task_id: kind } of rows) {
      const namespace = this.#ofKinds.get(kind);
      if (namespace !== undefined) this.#ofTasks.set(taskId, namespace);
    }
  }
}
