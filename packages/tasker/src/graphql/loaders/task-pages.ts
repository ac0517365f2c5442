import type { ScopedFilter } from "../../reading/tasks/task-filter.ts";
import { cursorAfterTask, readTaskPage } from "../../reading/tasks/task-page.ts";
import type { GraphqlContext } from "../context.ts";
import { type Connection, relayConnection } from "../relay/connection.ts";
import type { TaskSource } from "../sources.ts";

/** A page of tasks, of which all can be counted. */
export interface TaskConnection extends Connection<TaskSource> {
  /** Looks at each task that the filter fits. */
  readonly count: () => Promise<number | null>;
}

/**
 * A page of tasks, the newest first. It can have fewer tasks than asked for, or none, and not be the last.
 * @param after a cursor of the page before; null: the first page
 * @throws InvalidRequestError for a cursor that is none
 */
export async function taskConnection(
  { database, loaders }: GraphqlContext,
  filter: ScopedFilter,
  { size, after }: { readonly size: number; readonly after: string | null },
): Promise<TaskConnection> {
  const page = await readTaskPage(database, { ...filter, limit: size, cursor: after ?? undefined });
  const found = await Promise.all(page.items.map((item) => loaders.tasks.load(item.task_id)));
  const nodes = found.filter((task) => task !== null);
  const connection = relayConnection(nodes, {
    size,
    isAfter: after !== null,
    cursorOf: ({ row }) => cursorAfterTask(row.task_id),
  });
  const { nextCursor } = page;
  const pageInfo = {
    ...connection.pageInfo,
    hasNextPage: nextCursor !== null,
    endCursor: nextCursor ?? connection.pageInfo.endCursor,
  };
  const count = async () => (await readTaskPage(database, { ...filter, limit: 1, total: true })).total;
  return { ...connection, pageInfo, count };
}
