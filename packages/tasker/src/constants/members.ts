/** A constant for each of some values: `in_progress` under the name `IN_PROGRESS`. */
export type Members<Value extends string> = { readonly [Each in Value as Uppercase<Each>]: Each };

/** A constant for each value, frozen. */
export function members<const Value extends string>(values: readonly Value[]): Members<Value> {
  return Object.freeze(Object.fromEntries(values.map((value) => [value.toUpperCase(), value]))) as Members<Value>;
}
