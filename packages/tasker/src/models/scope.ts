import type { Expression, ExpressionBuilder, SqlBool } from "kysely";
import type { TableName, TaskerTables } from "../database/query/tables.ts";

/**
 * A named condition on rows of a table: `queryBuilder(database).selectFrom("tasker_tasks").where(active)`. Scopes add no
 * joins, so no row comes twice; several are combined with further `where`, or with `eb.or`, `eb.and`, `eb.not`. The table
 * must be in the query under its own name.
 */
export type Scope<T extends TableName> = (eb: ExpressionBuilder<TaskerTables, T>) => Expression<SqlBool>;
