/**
 * A PostgreSQL type as statements declare it: its name in SQL and the TypeScript type that the drivers give and take.
 * @typeParam T what a value of this type is in TypeScript
 */
export interface SqlType<T> {
  /** Name that `::` accepts, such as `int8` or `timestamp[]`. */
  readonly sql: string;
  readonly nullable: boolean;
  /** Exists in types only: carries `T`. */
  readonly _type?: T;
}

/** The TypeScript type of a declared type. */
export type TypeOf<S> = S extends SqlType<infer T> ? T : never;

const type = <T>(sql: string): SqlType<T> => ({ sql, nullable: false });

/** 64-bit integer, as a number; outside ±(2^53 - 1) reading it throws `UnsafeIntegerError`. */
export const int8 = type<number>("int8");
export const int4 = type<number>("int4");
export const int2 = type<number>("int2");
export const float8 = type<number>("float8");
export const bool = type<boolean>("bool");
export const text = type<string>("text");
export const varchar = type<string>("varchar");
/** `timestamp without time zone` that holds UTC: a `Date`, whatever the zones of the session and the machine are. */
export const timestamp = type<Date>("timestamp");
/** As a parameter: JSON text. As a column: the parsed value. */
export const json = type<unknown>("json");
export const jsonb = type<unknown>("jsonb");

/** The same type, null allowed. */
export const nullable = <T>(of: SqlType<T>): SqlType<T | null> => ({ sql: of.sql, nullable: true });

/** An array of this type. */
export const array = <T>(of: SqlType<T>): SqlType<readonly T[]> => ({ sql: `${of.sql}[]`, nullable: false });
