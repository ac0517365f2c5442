import { annotationTypesField } from "./annotation-types.ts";
import { dependentSystemsField } from "./dependent-systems.ts";
import { namedTasksField } from "./named-tasks.ts";
import { nodeField, nodesField } from "./node.ts";
import { stepField } from "./step.ts";
import { taskField } from "./task.ts";
import { tasksField } from "./tasks.ts";
import { tasksByAnnotationField } from "./tasks-by-annotation.ts";
import { tasksByStatusField } from "./tasks-by-status.ts";
import { tasksConnectionField } from "./tasks-connection.ts";

/** The fields of `Query`. */
export const QUERY_FIELDS = [
  tasksField,
  tasksByStatusField,
  tasksByAnnotationField,
  tasksConnectionField,
  taskField,
  stepField,
  annotationTypesField,
  namedTasksField,
  dependentSystemsField,
  nodeField,
  nodesField,
];
