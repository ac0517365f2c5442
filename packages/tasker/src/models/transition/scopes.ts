import { type SelectQueryBuilder, type SqlBool, sql } from "kysely";
import type { TaskerTables } from "../../database/query/tables.ts";
import { encodeJson } from "../../json/encode.ts";
import type { State } from "../../states/state.ts";
import { textDefect } from "../../text/text-defect.ts";
import type { Scope } from "../scope.ts";
import type { TransitionRow, TransitionTable } from "./transition-table.ts";

/** Largest value that metadata is compared with, in bytes of JSON. */
const LARGEST_VALUE = 1_000_000;

/** The conditions on transitions that tasks and steps share. */
export interface TransitionScopes<T extends TransitionTable> {
  /** Transitions to a state. */
  toState(state: State): Scope<T>;
  /** Transitions whose metadata has this key at its top level, whatever its value is. */
  withMetadataKey(key: string): Scope<T>;
  /**
   * Transitions whose metadata has this JSON value under this key: texts, numbers, truth values, null, lists and objects.
   * @throws UnencodableValueError for a value that JSON cannot hold
   */
  withMetadataValue(key: string, value: unknown): Scope<T>;
  /** Transitions written in a range of time, both ends included. */
  inTimeRange(from: Date, to: Date): Scope<T>;
  /** Orders a query: the latest transition of each task or step first. */
  recent<O>(query: SelectQueryBuilder<TaskerTables, T, O>): SelectQueryBuilder<TaskerTables, T, O>;
}

/** Makes the conditions for one of the two tables. */
export function transitionScopes<T extends TransitionTable>(table: T): TransitionScopes<T> {
  const column = (name: keyof TransitionRow) => sql.ref(`${table}.${name}`);
  return {
    toState: (state) => () => sql<SqlBool>`${column("to_state")} = ${state}`,
    withMetadataKey: (key) => () =>
      isStorable(key) ? sql<SqlBool>`${column("metadata")} -> ${key}::text is not null` : sql<SqlBool>`false`,
    withMetadataValue: (key, value) => {
      const document = encodeJson(value, { maxBytes: LARGEST_VALUE, what: `the value of ${key}` });
      return () =>
        isStorable(key)
          ? sql<SqlBool>`${column("metadata")} -> ${key}::text is not distinct from ${document}::jsonb`
          : sql<SqlBool>`false`;
    },
    inTimeRange: (from, to) => () => sql<SqlBool>`${column("created_at")} between ${from} and ${to}`,
    recent: (query) => query.orderBy(column("sort_key"), "desc"),
  };
}

/** A key that cannot be stored is in no metadata, and could not be sent to the database either. */
function isStorable(key: string): boolean {
  return textDefect(key) === null;
}
