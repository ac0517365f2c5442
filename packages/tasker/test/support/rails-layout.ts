import type { Connection } from "../../src/database/database.ts";
import { migrate } from "../../src/database/migrate.ts";
import { openPostgres } from "../../src/database/postgres.ts";
import { REFERENCE_TABLES } from "../database/reference-schema.ts";
import { createTestDatabase } from "./test-database.ts";
import type { ThrowAwayDatabase } from "./test-server.ts";

/**
 * Lays an empty database out as the Rails engine's two migrations do: the 13 tables with their sequences and keys, all 99
 * indexes, the view, the nine functions, and Rails' two tables of its own with what `db:migrate` writes there. No table of
 * ours. The functions have the reference's names, arguments and results. Their bodies are not the reference's, which are
 * not ours to repeat: each raises 0A000, but for the two that fail with 42804 in the reference, which do so here.
 */
export async function layOutLikeRails(connection: Connection): Promise<void> {
  const tables = Object.entries(REFERENCE_TABLES);
  const sequences = tables.map(([table, { columns }]) => sequenceOf(table, columns[0] ?? ""));
  const statements = [
    ...sequences.map(({ name, type }) => `create sequence ${name} as ${type}`),
    ...tables.map(([table, { columns }]) => `create table ${table} (${columns.join(", ")})`),
    ...sequences.map(({ name, owner }) => `alter sequence ${name} owned by ${owner}`),
    ...tables.flatMap(([table, { columns, uniqueIndexes, otherIndexes }]) => [
      `alter table ${table} add constraint ${table}_pkey primary key (${firstWord(columns[0] ?? "")})`,
      ...[...uniqueIndexes.filter((index) => !index.includes("_pkey ON ")), ...otherIndexes].map((index) =>
        index.replace(" ON public.", " ON "),
      ),
    ]),
    ...tables.flatMap(([table, { foreignKeys }]) =>
      foreignKeys.map(
        ([name, column, to, key]) =>
          `alter table ${table} add constraint ${name} foreign key (${column}) references ${to} (${key})`,
      ),
    ),
    VIEW,
    ...Object.entries(FUNCTIONS).map(createFunction),
    RAILS_TABLES,
  ];
  await connection.execute(statements.join(";\n"));
}

function sequenceOf(table: string, column: string): { name: string; type: string; owner: string } {
  const [, key, type = "", name = ""] = /^(\w+) (\w+) not null default nextval\('(\w+)'/.exec(column) ?? [];
  return { name, type, owner: `${table}.${key}` };
}

function firstWord(text: string): string {
  return /^\w+/.exec(text)?.[0] ?? "";
}

/** One row a step; depth is found by walking every path down from every root, at most 50 steps far. */
const VIEW = `
create view tasker_step_dag_relationships as
with recursive
incoming as (
  select to_step_id as step_id, count(*) as edges, jsonb_agg(from_step_id order by from_step_id) as ids
  from tasker_workflow_step_edges group by to_step_id
), outgoing as (
  select from_step_id as step_id, count(*) as edges, jsonb_agg(to_step_id order by to_step_id) as ids
  from tasker_workflow_step_edges group by from_step_id
), path (step_id, depth) as (
  select workflow_step_id, 0 from tasker_workflow_steps
  where workflow_step_id not in (select step_id from incoming)
  union all
  select edge.to_step_id, path.depth + 1 from path
  join tasker_workflow_step_edges edge on edge.from_step_id = path.step_id where path.depth < 50
), depths as (
  select step_id, min(depth) as depth from path group by step_id
)
select step.workflow_step_id, step.task_id, step.named_step_id,
  coalesce(incoming.ids, '[]'::jsonb) as parent_step_ids, coalesce(outgoing.ids, '[]'::jsonb) as child_step_ids,
  coalesce(incoming.edges, 0) as parent_count, coalesce(outgoing.edges, 0) as child_count,
  coalesce(incoming.edges, 0) = 0 as is_root_step, coalesce(outgoing.edges, 0) = 0 as is_leaf_step,
  depths.depth as min_depth_from_root
from tasker_workflow_steps step
left join incoming on incoming.step_id = step.workflow_step_id
left join outgoing on outgoing.step_id = step.workflow_step_id
left join depths on depths.step_id = step.workflow_step_id`;

const READINESS = `workflow_step_id bigint, task_id bigint, named_step_id integer, name text, current_state text,
  dependencies_satisfied boolean, retry_eligible boolean, ready_for_execution boolean, last_failure_at timestamp,
  next_retry_at timestamp, total_parents integer, completed_parents integer, attempts integer, retry_limit integer,
  backoff_request_seconds integer, last_attempted_at timestamp`;

const CONTEXT = `task_id bigint, named_task_id integer, status text, total_steps bigint, pending_steps bigint,
  in_progress_steps bigint, completed_steps bigint, failed_steps bigint, ready_steps bigint, execution_status text,
  recommended_action text, completion_percentage numeric, health_status text`;

const FILTERS = `since_timestamp timestamptz default null, limit_count integer default 10,
  namespace_filter text default null, task_name_filter text default null, version_filter text default null`;

/** Arguments and result columns of the nine functions. */
const FUNCTIONS: Readonly<Record<string, readonly [arguments_: string, result: string]>> = {
  get_step_readiness_status: ["input_task_id bigint, step_ids bigint[] default null", READINESS],
  get_step_readiness_status_batch: ["input_task_ids bigint[]", READINESS],
  get_task_execution_context: ["input_task_id bigint", CONTEXT],
  get_task_execution_contexts_batch: ["input_task_ids bigint[]", CONTEXT],
  calculate_dependency_levels: ["input_task_id bigint", "workflow_step_id bigint, dependency_level integer"],
  get_system_health_counts_v01: [
    "",
    `total_tasks bigint, pending_tasks bigint, in_progress_tasks bigint, complete_tasks bigint, error_tasks bigint,
     cancelled_tasks bigint, total_steps bigint, pending_steps bigint, in_progress_steps bigint, complete_steps bigint,
     error_steps bigint, retryable_error_steps bigint, exhausted_retry_steps bigint, in_backoff_steps bigint,
     active_connections bigint, max_connections bigint`,
  ],
  get_analytics_metrics_v01: [
    "since_timestamp timestamptz default null",
    `active_tasks_count bigint, total_namespaces_count bigint, unique_task_types_count bigint,
     system_health_score numeric, task_throughput bigint, completion_count bigint, error_count bigint,
     completion_rate numeric, error_rate numeric, avg_task_duration numeric, avg_step_duration numeric,
     step_throughput bigint, analysis_period_start timestamptz, calculated_at timestamptz`,
  ],
  get_slowest_tasks_v01: [
    FILTERS,
    `task_id bigint, task_name varchar, namespace_name varchar, version varchar, duration_seconds numeric,
     step_count bigint, completed_steps bigint, error_steps bigint, created_at timestamptz, completed_at timestamptz,
     initiator varchar, source_system varchar`,
  ],
  get_slowest_steps_v01: [
    FILTERS,
    `workflow_step_id bigint, task_id bigint, step_name varchar, task_name varchar, namespace_name varchar,
     version varchar, duration_seconds numeric, attempts integer, created_at timestamptz, completed_at timestamptz,
     retryable boolean, step_status varchar`,
  ],
};

function createFunction([name, [arguments_, result]]: [string, readonly [string, string]]): string {
  const [code, why] = name.startsWith("get_slowest_")
    ? ["42804", "structure of query does not match function result type"]
    : ["0A000", "only the interface of this function is laid out"];
  return `create function ${name}(${arguments_}) returns table (${result}) language plpgsql stable as $$
    begin
      raise exception '${why}' using errcode = '${code}';
    end $$`;
}

const RAILS_TABLES = `
create table schema_migrations (version character varying not null constraint schema_migrations_pkey primary key);
create table ar_internal_metadata (
  key character varying not null constraint ar_internal_metadata_pkey primary key,
  value character varying,
  created_at timestamp(6) without time zone not null,
  updated_at timestamp(6) without time zone not null
);
insert into schema_migrations (version) values ('20250701165431'), ('20250710110830');
insert into ar_internal_metadata values
  ('environment', 'production', now() at time zone 'UTC', now() at time zone 'UTC')`;

/** Makes a database as Rails lays it out, to which only our migrations have been applied: all of its indexes, its functions. */
export async function createRailsDatabase(): Promise<ThrowAwayDatabase> {
  const place = await createTestDatabase({ template: "template0" });
  const database = await openPostgres(place.url, { connections: 1 });
  await layOutLikeRails(database);
  await migrate(database);
  await database.close();
  return place;
}
