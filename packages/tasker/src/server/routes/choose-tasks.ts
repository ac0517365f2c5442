import type { Connection } from "../../database/database.ts";
import type { ScopedFilter } from "../../reading/tasks/task-filter.ts";
import { readTaskPage } from "../../reading/tasks/task-page.ts";

/** Pages that are looked through at most: a filter without an index may fit few of many tasks. */
const MOST_PAGES = 20;

/** A task that something is to be done to. */
export interface ChosenTask {
  readonly taskId: number;
  readonly namespace: string;
}

/** Which tasks something is to be done to. */
export interface TaskChoice extends ScopedFilter {
  readonly limit: number;
  readonly cursor: string | undefined;
  /** No further page is read once it is aborted. */
  readonly signal: AbortSignal;
}

/**
 * The first tasks that a filter fits, the oldest first; fewer than the limit, and not the last, where many had to be looked at.
 * @throws InvalidRequestError for a cursor that is none
 */
export async function chooseTasks(connection: Connection, { limit, cursor, signal, ...filter }: TaskChoice) {
  const tasks: ChosenTask[] = [];
  let next = cursor ?? null;
  for (let page = 0; page < MOST_PAGES && tasks.length < limit && (page === 0 || next !== null); page++) {
    signal.throwIfAborted();
    const request = { ...filter, order: "task_id" as const, limit: limit - tasks.length, cursor: next ?? undefined };
    const { items, nextCursor } = await readTaskPage(connection, request);
    tasks.push(...items.map(({ task_id: taskId, namespace }) => ({ taskId, namespace })));
    next = nextCursor;
  }
  return { tasks, nextCursor: next };
}
