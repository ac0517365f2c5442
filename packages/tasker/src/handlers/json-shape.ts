import type { JsonValue } from "../json/json-value.ts";

/** Keys whose values may be undefined: JSON leaves them out. */
type OptionalKeys<T> = { [Key in keyof T]-?: undefined extends T[Key] ? Key : never }[keyof T];

type Flatten<T> = { [Key in keyof T]: T[Key] };

type ObjectShape<T> = Flatten<
  { [Key in Exclude<keyof T, OptionalKeys<T> | symbol>]: JsonShape<T[Key]> } & {
    [Key in Exclude<OptionalKeys<T>, symbol>]?: JsonShape<Exclude<T[Key], undefined>>;
  }
>;

/**
 * What a value is after it was stored as JSON and read back: a `Date` is a text, what may be undefined is optional, what
 * JSON cannot hold (functions, `bigint`) is `never`. A value of unknown type is any JSON value; none at all is null.
 */
export type JsonShape<T> = unknown extends T
  ? JsonValue
  : [T] extends [JsonValue]
    ? T
    : T extends JsonValue
      ? T
      : T extends { toJSON(...args: never[]): infer Json }
        ? JsonShape<Json>
        : T extends void
          ? null
          : T extends bigint | symbol | ((...args: never[]) => unknown)
            ? never
            : T extends readonly unknown[]
              ? { [Index in keyof T]: JsonShape<T[Index]> }
              : ObjectShape<T>;
