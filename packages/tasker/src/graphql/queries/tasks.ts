import { LIST_COST } from "../limits/costs.ts";
import { rootField } from "../schema/root-field.ts";
import { listTasks, TASK_LIST_ARGS, type TaskListArgs } from "./task-list.ts";

/** All tasks that may be seen. */
export const tasksField = rootField<TaskListArgs>({
  name: "tasks",
  permission: "tasker.task:index",
  cost: LIST_COST,
  sdl: `
    """Tasks. sortBy is a column of theirs, sortOrder asc or desc. Needs tasker.task:index."""
    tasks(${TASK_LIST_ARGS}): [Task!]`,
  resolve: async (args, context) => listTasks(context, await context.access.list("tasker.task:index"), args),
});
