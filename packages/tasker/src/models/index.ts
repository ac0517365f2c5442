export type { QueryBuilder } from "../database/query/query-builder.ts";
export { queryBuilder } from "../database/query/query-builder.ts";
export type { RowOfTable, TableName, TaskerTables } from "../database/query/tables.ts";
export * as NamedTask from "./named-task/named-task.ts";
export type { Scope } from "./scope.ts";
export * as TaskNamespace from "./task-namespace/task-namespace.ts";
