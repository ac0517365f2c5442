import { Kysely } from "kysely";
import type { Connection } from "../database.ts";
import { connectionDialect } from "./connection-dialect.ts";
import type { TaskerTables } from "./tables.ts";

/** Builds and runs queries over the shared tables. */
export type QueryBuilder = Kysely<TaskerTables>;

/**
 * A query builder on a connection: a database, or an open transaction of it. Holds nothing, needs no closing.
 * Its queries fail as `Connection.query` does.
 */
export function queryBuilder(connection: Connection): QueryBuilder {
  return new Kysely<TaskerTables>({ dialect: connectionDialect(connection) });
}
