import type { z } from "zod";
import type { Connection } from "../database/database.ts";
import { type RowOfTable, TABLES, type TableName } from "../database/query/tables.ts";
import type { SqlType } from "../database/sql-type.ts";
import type { Statement } from "../database/statement.ts";
import { RecordNotFoundError } from "../errors/index.ts";
import { checkAt } from "./check-at.ts";
import { isKey } from "./is-key.ts";
import { loadRecords } from "./load-records.ts";
import { translateRefusal } from "./translate-refusal.ts";
import { validate } from "./validate.ts";

/** What a model is made of. */
export interface ModelDefinition<T extends TableName, C extends z.ZodObject, U extends z.ZodObject> {
  /** Name of the model, as errors tell it: `TaskNamespace`. */
  readonly name: string;
  readonly table: T;
  /** Column of the primary key. */
  readonly key: keyof RowOfTable<T> & string;
  /** Attributes that a new record takes; its output is column values. */
  readonly attributes: C;
  /** Attributes that may be changed later. */
  readonly changes: U;
  /** Columns of each unique index, by its name. */
  readonly uniques: Readonly<Record<string, readonly string[]>>;
  /** Column of each foreign key, by its constraint's name. */
  readonly references: Readonly<Record<string, string>>;
  /**
   * Deletes the record with this key and what goes with it, and gives a row if there was one. Default: deletes the record
   * alone.
   */
  readonly destruction?: Statement<readonly [SqlType<number>]>;
}

/** Reading and writing the records of one model. `at` is the time that is stored as `created_at` and `updated_at`. */
export interface Model<T extends TableName, C extends z.ZodObject, U extends z.ZodObject> {
  /**
   * Writes a record.
   * @throws InvalidRecordError, RecordConflictError
   */
  create(connection: Connection, input: z.input<C>, at?: Date): Promise<RowOfTable<T>>;
  /** As `create`, but undefined where another record has the values that must be unique. @throws InvalidRecordError */
  createIfAbsent(connection: Connection, input: z.input<C>, at?: Date): Promise<RowOfTable<T> | undefined>;
  /** Writes any number of records with one statement; they come back in the order of `inputs`. Throws as `create`. */
  createMany(connection: Connection, inputs: readonly z.input<C>[], at?: Date): Promise<RowOfTable<T>[]>;
  /** @throws RecordNotFoundError */
  find(connection: Connection, key: number): Promise<RowOfTable<T>>;
  /** The records that exist, by their key; one query for any number of keys. */
  findMany(connection: Connection, keys: Iterable<number>): Promise<Map<number, RowOfTable<T>>>;
  /**
   * Changes some attributes of a record, and its `updated_at`.
   * @throws InvalidRecordError, RecordConflictError, RecordNotFoundError
   */
  update(connection: Connection, key: number, changes: z.input<U>, at?: Date): Promise<RowOfTable<T>>;
  /** @throws RecordInUseError, RecordNotFoundError */
  destroy(connection: Connection, key: number): Promise<void>;
}

/** Makes the functions that read and write the records of a model. */
export function defineModel<T extends TableName, C extends z.ZodObject, U extends z.ZodObject>(
  definition: ModelDefinition<T, C, U>,
): Model<T, C, U> {
  const { name, table, key: keyColumn } = definition;
  const types: Readonly<Record<string, { readonly sql: string }>> = TABLES[table].columns;
  const typeOf = (column: string) => types[column]?.sql ?? "text";

  const translated = async <R>(asked: Promise<R>, given: object): Promise<R> => {
    try {
      return await asked;
    } catch (error) {
      throw translateRefusal(error, definition, given);
    }
  };
  const ask = async (connection: Connection, sql: string, parameters: readonly unknown[], given: object) =>
    // the declared columns of every table are compared with the schema by a test
    (await translated(connection.query(sql, parameters), given)) as RowOfTable<T>[];
  // keys are compared as int8, so that one that a smaller column cannot hold is one that no record has
  const missing = (key: number) =>
    new RecordNotFoundError(`There is no ${name} with ${keyColumn} ${key}`, {
      context: { model: name, field: keyColumn, value: key, key },
    });

  const insert = async (
    connection: Connection,
    records: readonly Readonly<Record<string, unknown>>[],
    at: Date,
    onConflict = "",
  ) => {
    checkAt(name, at);
    const columns = [...new Set(records.flatMap((record) => Object.keys(record)))].filter((column) => column in types);
    const arrays = columns.map((column) => records.map((record) => record[column] ?? null));
    const source = columns.map((column, index) => `$${index + 2}::${typeOf(column)}[]`);
    const list = columns.join(", ");
    return ask(
      connection,
      `insert into ${table} (${list}, created_at, updated_at)
       select ${list}, $1::timestamp, $1::timestamp from unnest(${source.join(", ")}) with ordinality
         as given (${list}, place)
       order by place ${onConflict} returning *`,
      [at, ...arrays],
      records.length === 1 ? (records[0] ?? {}) : {},
    );
  };

  return {
    async create(connection, input, at = new Date()) {
      const [row] = await insert(connection, [validate(name, definition.attributes, input)], at);
      if (row === undefined) throw new RangeError(`an insert into ${table} gave no row`);
      return row;
    },
    async createIfAbsent(connection, input, at = new Date()) {
      const record = validate(name, definition.attributes, input);
      const [row] = await insert(connection, [record], at, "on conflict do nothing");
      return row;
    },
    async createMany(connection, inputs, at = new Date()) {
      if (inputs.length === 0) return [];
      const records = inputs.map((input) => validate(name, definition.attributes, input));
      return insert(connection, records, at);
    },
    async find(connection, key) {
      if (!isKey(key)) throw missing(key);
      const [row] = await ask(connection, `select * from ${table} where ${keyColumn} = $1::int8`, [key], {});
      if (row === undefined) throw missing(key);
      return row;
    },
    findMany: (connection, keys) => loadRecords(connection, table, keyColumn, keys),
    async update(connection, key, changes, at = new Date()) {
      const values: Readonly<Record<string, unknown>> = validate(name, definition.changes, changes);
      checkAt(name, at);
      if (!isKey(key)) throw missing(key);
      const columns = Object.keys(values).filter((column) => values[column] !== undefined);
      const assignments = columns.map((column, index) => `${column} = $${index + 3}::${typeOf(column)}`);
      const [row] = await ask(
        connection,
        `update ${table} set ${["updated_at = $2::timestamp", ...assignments].join(", ")}
         where ${keyColumn} = $1::int8 returning *`,
        [key, at, ...columns.map((column) => values[column])],
        values,
      );
      if (row === undefined) throw missing(key);
      return row;
    },
    async destroy(connection, key) {
      if (!isKey(key)) throw missing(key);
      const { destruction } = definition;
      const deleted: Promise<readonly unknown[]> =
        destruction === undefined
          ? connection.query(`delete from ${table} where ${keyColumn} = $1::int8 returning ${keyColumn}`, [key])
          : connection.run(destruction, [key]);
      if ((await translated(deleted, { key })).length === 0) throw missing(key);
    },
  };
}
