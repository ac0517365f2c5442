import type { Connection } from "../../database/database.ts";
import type { LogRow } from "./log-row.ts";
import { readNamedSteps, readNamedTasks } from "./log-statements.ts";

/** What a task is called. */
export interface TaskName {
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
}

/** Remembers what named tasks and named steps are called: neither changes. */
export class NameBook {
  readonly #tasks = new Map<number, TaskName>();
  readonly #steps = new Map<number, string>();

  /** Reads the names for rows that it does not know yet. */
  async learn(connection: Connection, rows: readonly LogRow[]): Promise<void> {
    const tasks = unknownOf(
      rows.map(({ namedTaskId }) => namedTaskId),
      this.#tasks,
    );
    if (tasks.length > 0) {
      for (const { named_task_id: id, ...name } of await connection.run(readNamedTasks, [tasks])) {
        this.#tasks.set(id, name);
      }
    }
    const steps = unknownOf(
      rows.map(({ namedStepId }) => namedStepId),
      this.#steps,
    );
    if (steps.length > 0) {
      for (const { named_step_id: id, name } of await connection.run(readNamedSteps, [steps]))
        this.#steps.set(id, name);
    }
  }

  /** What the task of a row is called; null if it is about none. */
  taskOf({ namedTaskId }: LogRow): TaskName | null {
    return namedTaskId === null ? null : (this.#tasks.get(namedTaskId) ?? null);
  }

  /** The name of the step of a row; null if it is about none. */
  stepOf({ namedStepId }: LogRow): string | null {
    return namedStepId === null ? null : (this.#steps.get(namedStepId) ?? null);
  }
}

function unknownOf(ids: readonly (number | null)[], known: ReadonlyMap<number, unknown>): readonly number[] {
  const unknown = new Set<number>();
  for (const id of ids) if (id !== null && !known.has(id)) unknown.add(id);
  return [...unknown];
}
