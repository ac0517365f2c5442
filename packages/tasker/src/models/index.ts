export type { QueryBuilder } from "../database/query/query-builder.ts";
export { queryBuilder } from "../database/query/query-builder.ts";
export type { RowOfTable, TableName, TaskerTables } from "../database/query/tables.ts";
export type { Scope } from "./scope.ts";
export * as TaskNamespace from "./task-namespace/task-namespace.ts";
export * as TaskTransition from "./task-transition/task-transition.ts";
export * as WorkflowStepTransition from "./workflow-step-transition/workflow-step-transition.ts";
