import type { Scope } from "../../models/scope.ts";
import type { State } from "../../states/state.ts";
import { LIST_COST } from "../limits/costs.ts";
import { rootField } from "../schema/root-field.ts";
import { parseState } from "./task-filter.ts";
import { listTasks, TASK_LIST_ARGS, type TaskListArgs } from "./task-list.ts";

/** Tasks in a state. */
export const tasksByStatusField = rootField<TaskListArgs & { readonly status: string }>({
  name: "tasksByStatus",
  permission: "tasker.task:index",
  cost: LIST_COST,
  sdl: `
    """Tasks in a state: pending, in_progress, complete, error, cancelled, resolved_manually. Needs tasker.task:index."""
    tasksByStatus(status: String!, ${TASK_LIST_ARGS}): [Task!]`,
  resolve: async (args, context) => {
    const scope = await context.access.list("tasker.task:index");
    return listTasks(context, scope, args, inState(parseState("status", args.status)));
  },
});

/** A task without transitions is `pending`: the reference never found one. */
function inState(state: State): Scope<"tasker_tasks"> {
  return (eb) => {
    const current = eb
      .selectFrom("tasker_task_transitions as current")
      .whereRef("current.task_id", "=", "tasker_tasks.task_id")
      .where("current.most_recent", "=", eb.lit(true));
    if (state === "pending") return eb.not(eb.exists(current.where("current.to_state", "<>", "pending")));
    return eb.exists(current.where("current.to_state", "=", state));
  };
}
