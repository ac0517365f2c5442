import type { SqlType, TypeOf } from "./sql-type.ts";

type ParameterTypes = readonly SqlType<unknown>[];
type ColumnTypes = Readonly<Record<string, SqlType<unknown>>>;

/** TypeScript values of a list of declared parameters. */
export type ParametersOf<P extends ParameterTypes> = { readonly [I in keyof P]: TypeOf<P[I]> };
/** TypeScript row of a set of declared columns. */
export type RowOf<C extends ColumnTypes> = { readonly [K in keyof C]: TypeOf<C[K]> };

/**
 * One SQL statement with its declared parameter and column types. A test prepares every statement of the package
 * against the migrated schema and compares what PostgreSQL says with what is declared here.
 */
export interface Statement<P extends ParameterTypes = ParameterTypes, C extends ColumnTypes = ColumnTypes> {
  /** Unique in the package: the name under which drivers prepare it. */
  readonly name: string;
  readonly text: string;
  readonly parameters: P;
  readonly columns: C;
}

/** Declares a statement. `columns` is empty for a statement that returns no rows. */
export function statement<const P extends ParameterTypes, const C extends ColumnTypes>(
  definition: Statement<P, C>,
): Statement<P, C> {
  return definition;
}
