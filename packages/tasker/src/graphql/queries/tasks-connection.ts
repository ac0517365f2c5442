import { LIST_COST } from "../limits/costs.ts";
import { taskConnection } from "../loaders/task-pages.ts";
import { pageSize } from "../relay/connection.ts";
import { rootField } from "../schema/root-field.ts";
import { readTaskFilter, type TaskFilterInput, taskFilterModules } from "./task-filter.ts";

interface Args {
  readonly first: number;
  readonly after?: string | null;
  readonly filter?: TaskFilterInput | null;
}

/** Tasks, page by page. */
export const tasksConnectionField = rootField<Args>({
  name: "tasksConnection",
  permission: "tasker.task:index",
  cost: LIST_COST,
  sdl: `
    """Tasks page by page, the newest first. Needs tasker.task:index."""
    tasksConnection(first: Int! = 20, after: String, filter: TaskFilter): TaskConnection`,
  types: taskFilterModules,
  resolve: async ({ first, after, filter }, context) => {
    const scope = await context.access.list("tasker.task:index");
    const size = pageSize("first", first, context.limits.maxPageSize);
    return taskConnection(context, { ...readTaskFilter(filter ?? {}), scope }, { size, after: after ?? null });
  },
});
