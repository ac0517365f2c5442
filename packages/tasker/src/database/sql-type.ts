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
/** 32-bit integer, as a number. */
export const int4 = type<number>("int4");
/** 16-bit integer, as a number. */
export const int2 = type<number>("int2");
/** Double, as a number; infinities and NaN come back as they were sent. */
export const float8 = type<number>("float8");
/** Truth value, as a boolean. */
export const bool = type<boolean>("bool");
/** Text without limit, as a string. U+0000 cannot be stored. */
export const text = type<string>("text");
/** Text of which there are only a few values, such as the names that a function answers with. */
export const textOf = <T extends string>(): SqlType<T> => type<T>("text");
/** Text of a `character varying` column, as a string. */
export const varchar = type<string>("varchar");
/** `timestamp without time zone` that holds UTC: a `Date`, whatever the zones of the session and the machine are. */
export const timestamp = type<Date>("timestamp");
/** As a parameter: JSON text. As a column: the parsed value. */
export const json = type<unknown>("json");
/** As {@link json}, stored in binary form: key order and duplicate keys are lost. */
export const jsonb = type<unknown>("jsonb");

/** The same type, null allowed. */
export const nullable = <T>(of: SqlType<T>): SqlType<T | null> => ({ sql: of.sql, nullable: true });

/** An array of this type. */
export const array = <T>(of: SqlType<T>): SqlType<readonly T[]> => ({ sql: `${of.sql}[]`, nullable: false });
