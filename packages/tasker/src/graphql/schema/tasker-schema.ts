import type { GraphQLSchema } from "graphql";
import { MUTATION_FIELDS } from "../mutations/index.ts";
import { QUERY_FIELDS } from "../queries/index.ts";
import { bigIntScalar } from "../scalars/big-int.ts";
import { dateTimeScalar } from "../scalars/date-time.ts";
import { jsonScalar } from "../scalars/json.ts";
import { SUBSCRIPTION_FIELDS } from "../subscriptions/index.ts";
import { annotationType } from "../types/annotation.ts";
import { connectionModules } from "../types/connections.ts";
import { dependentSystemType } from "../types/dependent-system.ts";
import { objectMapType } from "../types/dependent-system-object-map.ts";
import { mutationErrorType } from "../types/mutation-error.ts";
import { namedStepType } from "../types/named-step.ts";
import { namedTaskType } from "../types/named-task.ts";
import { namedTasksNamedStepType } from "../types/named-tasks-named-step.ts";
import { nodeInterface } from "../types/node.ts";
import { taskType } from "../types/task.ts";
import { taskAnnotationType } from "../types/task-annotation.ts";
import { taskEventType } from "../types/task-event.ts";
import { taskInterface } from "../types/task-interface.ts";
import { workflowStepType } from "../types/workflow-step.ts";
import { makeSchema } from "./make-schema.ts";
import { rootType } from "./root-field.ts";
import type { SchemaModule } from "./schema-module.ts";

const TYPES: readonly SchemaModule[] = [
  bigIntScalar,
  dateTimeScalar,
  jsonScalar,
  nodeInterface,
  taskInterface,
  taskType,
  workflowStepType,
  taskAnnotationType,
  annotationType,
  namedTaskType,
  namedStepType,
  namedTasksNamedStepType,
  dependentSystemType,
  objectMapType,
  mutationErrorType,
  taskEventType,
  ...connectionModules,
];

/** Makes the schema of the API. */
export function makeTaskerSchema(): GraphQLSchema {
  return makeSchema([
    rootType("Query", "What can be read.", QUERY_FIELDS),
    rootType("Mutation", "What can be done.", MUTATION_FIELDS),
    rootType("Subscription", "What happens.", SUBSCRIPTION_FIELDS),
    ...TYPES,
    ...[...QUERY_FIELDS, ...MUTATION_FIELDS].flatMap(({ types = [] }) => types),
  ]);
}
