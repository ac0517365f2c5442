import type { ColumnType, Generated } from "kysely";
import { bool, int4, int8, json, jsonb, nullable, type SqlType, type TypeOf, timestamp, varchar } from "../sql-type.ts";

type Columns = Readonly<Record<string, SqlType<unknown>>>;

/** A table as queries see it: its columns in their order, and which of them the database fills when they are left out. */
export interface TableDeclaration<C extends Columns = Columns, D extends keyof C & string = keyof C & string> {
  readonly columns: C;
  readonly defaulted: readonly D[];
}

function table<const C extends Columns, const D extends keyof C & string = never>(
  columns: C,
  defaulted: readonly D[] = [],
): TableDeclaration<C, D> {
  return { columns, defaulted };
}

const TIMESTAMPS = { created_at: timestamp, updated_at: timestamp };
const NAMED = { name: varchar, description: nullable(varchar), ...TIMESTAMPS };
const TRANSITION = {
  id: int8,
  to_state: varchar,
  from_state: nullable(varchar),
  metadata: nullable(jsonb),
  sort_key: int4,
  most_recent: bool,
};

/** The 13 tables that Tasker shares with the reference engine, and their view. A test compares them with the schema. */
export const TABLES = {
  tasker_task_namespaces: table({ task_namespace_id: int4, ...NAMED }, ["task_namespace_id"]),
  tasker_named_tasks: table(
    { named_task_id: int4, ...NAMED, task_namespace_id: int8, version: varchar, configuration: nullable(jsonb) },
    ["named_task_id", "task_namespace_id", "version", "configuration"],
  ),
  tasker_dependent_systems: table({ dependent_system_id: int4, ...NAMED }, ["dependent_system_id"]),
  tasker_dependent_system_object_maps: table(
    {
      dependent_system_object_map_id: int8,
      dependent_system_one_id: int4,
      dependent_system_two_id: int4,
      remote_id_one: varchar,
      remote_id_two: varchar,
      ...TIMESTAMPS,
    },
    ["dependent_system_object_map_id"],
  ),
  tasker_named_steps: table({ named_step_id: int4, dependent_system_id: int4, ...NAMED }, ["named_step_id"]),
  tasker_named_tasks_named_steps: table(
    {
      id: int4,
      named_task_id: int4,
      named_step_id: int4,
      skippable: bool,
      default_retryable: bool,
      default_retry_limit: int4,
      ...TIMESTAMPS,
    },
    ["id", "skippable", "default_retryable", "default_retry_limit"],
  ),
  tasker_tasks: table(
    {
      task_id: int8,
      named_task_id: int4,
      complete: bool,
      requested_at: timestamp,
      initiator: nullable(varchar),
      source_system: nullable(varchar),
      reason: nullable(varchar),
      bypass_steps: nullable(json),
      tags: nullable(jsonb),
      context: nullable(jsonb),
      identity_hash: varchar,
      ...TIMESTAMPS,
    },
    ["task_id", "complete"],
  ),
  tasker_task_transitions: table({ ...TRANSITION, task_id: int8, ...TIMESTAMPS }, ["id", "metadata", "most_recent"]),
  tasker_workflow_steps: table(
    {
      workflow_step_id: int8,
      task_id: int8,
      named_step_id: int4,
      retryable: bool,
      retry_limit: nullable(int4),
      in_process: bool,
      processed: bool,
      processed_at: nullable(timestamp),
      attempts: nullable(int4),
      last_attempted_at: nullable(timestamp),
      backoff_request_seconds: nullable(int4),
      inputs: nullable(jsonb),
      results: nullable(jsonb),
      ...TIMESTAMPS,
      skippable: bool,
    },
    ["workflow_step_id", "retryable", "retry_limit", "in_process", "processed", "skippable"],
  ),
  tasker_workflow_step_edges: table({ id: int8, from_step_id: int8, to_step_id: int8, name: varchar, ...TIMESTAMPS }, [
    "id",
  ]),
  tasker_workflow_step_transitions: table({ ...TRANSITION, workflow_step_id: int8, ...TIMESTAMPS }, [
    "id",
    "metadata",
    "most_recent",
  ]),
  tasker_annotation_types: table({ annotation_type_id: int4, ...NAMED }, ["annotation_type_id"]),
  tasker_task_annotations: table(
    {
      task_annotation_id: int8,
      task_id: int8,
      annotation_type_id: int4,
      annotation: nullable(jsonb),
      ...TIMESTAMPS,
    },
    ["task_annotation_id"],
  ),
  tasker_step_dag_relationships: table({
    workflow_step_id: int8,
    task_id: int8,
    named_step_id: int4,
    parent_step_ids: jsonb,
    child_step_ids: jsonb,
    parent_count: int8,
    child_count: int8,
    is_root_step: bool,
    is_leaf_step: bool,
    min_depth_from_root: nullable(int4),
  }),
};

/** Name of a shared table or of the view. */
export type TableName = keyof typeof TABLES;

type ColumnsOf<T extends TableName> = (typeof TABLES)[T]["columns"];
type DefaultedOf<T extends TableName> = (typeof TABLES)[T]["defaulted"][number];

/** JSON is read as a value and written as text, so that it is encoded where its defects can be told. */
type JsonColumn = ColumnType<unknown, string | null, string | null>;

type QueryColumn<S, Defaulted extends boolean> =
  unknown extends TypeOf<S> ? JsonColumn : Defaulted extends true ? Generated<TypeOf<S>> : TypeOf<S>;

/** The shared tables as Kysely's types: what is selected, inserted and updated in each column. */
export type TaskerTables = {
  [T in TableName]: {
    [C in keyof ColumnsOf<T>]: QueryColumn<ColumnsOf<T>[C], C extends DefaultedOf<T> ? true : false>;
  };
};

/** A row as it is read. */
export type RowOfTable<T extends TableName> = { readonly [C in keyof ColumnsOf<T>]: TypeOf<ColumnsOf<T>[C]> };
