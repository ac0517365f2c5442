import * as Task from "../../models/task/task.ts";
import { LIST_COST } from "../limits/costs.ts";
import { rootField } from "../schema/root-field.ts";
import { listTasks, TASK_LIST_ARGS, type TaskListArgs } from "./task-list.ts";

interface Args extends TaskListArgs {
  readonly annotationType: string;
  readonly annotationKey: string;
  readonly annotationValue: string;
}

/** Tasks with an annotation. */
export const tasksByAnnotationField = rootField<Args>({
  name: "tasksByAnnotation",
  permission: "tasker.task:index",
  cost: LIST_COST,
  sdl: `
    """
    Tasks with an annotation of a type in which a key at the top level has a value, compared as text. Needs tasker.task:index.
    """
    tasksByAnnotation(
      annotationType: String!, annotationKey: String!, annotationValue: String!, ${TASK_LIST_ARGS}
    ): [Task!]`,
  resolve: async (args, context) => {
    const scope = await context.access.list("tasker.task:index");
    const { annotationType, annotationKey, annotationValue } = args;
    return listTasks(context, scope, args, Task.byAnnotation(annotationType, annotationKey, annotationValue));
  },
});
