import { rootField } from "../schema/root-field.ts";
import { parseId } from "./parse-id.ts";

/** One task. */
export const taskField = rootField<{ readonly taskId: string }>({
  name: "task",
  permission: "tasker.task:show",
  sdl: `
    """A task by its id; null if there is none that may be seen. Needs tasker.task:show."""
    task(taskId: ID!): Task`,
  resolve: async ({ taskId }, { access, loaders }) => {
    const task = await loaders.tasks.load(parseId("taskId", taskId));
    return (await access.finds("tasker.task:show", task?.subject ?? null)) ? task : null;
  },
});
