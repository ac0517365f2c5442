import type { Connection } from "../database.ts";
import { array, text } from "../sql-type.ts";
import { statement } from "../statement.ts";

/** Longest line of an archive, in bytes. A task with a longer one is left. */
const LONGEST_LINE = 128 * 1024 * 1024;

/** Form of the lines; raised when a reader would have to know. */
const ARCHIVE_VERSION = 1;

/** The tables of which a line holds rows, and the alias under which the query reads each. */
const TABLES = {
  tasker_tasks: "k",
  tasker_task_runs: "r",
  tasker_task_transitions: "x",
  tasker_task_annotations: "n",
  tasker_workflow_steps: "w",
  tasker_workflow_step_edges: "e",
  tasker_workflow_step_transitions: "y",
  tasker_operator_actions: "p",
  tasker_events: "v",
} as const;

/** Names and types of the columns of tables, in their order. */
export const tableColumnsStatement = statement({
  name: "retention_table_columns",
  text: `
    select t.name, array_agg(a.attname::text order by a.attnum) as columns,
      array_agg(a.atttypid = 'timestamp'::regtype order by a.attnum)::text[] as moments
    from unnest($1::text[]) as t(name)
    join pg_attribute a on a.attrelid = t.name::regclass and a.attnum > 0 and not a.attisdropped
    group by t.name`,
  parameters: [array(text)],
  columns: { name: text, columns: array(text), moments: array(text) },
});

/** Reads tasks as the lines of an archive. */
export interface ArchiveQuery {
  /** The line of each task that has one, by its id; null if it is too long. */
  read(connection: Connection, taskIds: readonly number[]): Promise<ReadonlyMap<number, string | null>>;
}

/**
 * Makes the query for lines. It is made from the catalogue and not written out, because a line has to hold every column,
 * those that later releases or the application have added as well. The JSON is built by PostgreSQL and never parsed here,
 * so that numbers keep all of their digits.
 * @param longestLine most bytes of a line. Default: 128 MiB
 */
export async function makeArchiveQuery(connection: Connection, longestLine = LONGEST_LINE): Promise<ArchiveQuery> {
  const found = await connection.run(tableColumnsStatement, [Object.keys(TABLES)]);
  const columnsOf = new Map(found.map(({ name, columns, moments }) => [name, { columns, moments }]));
  const rowOf = (table: keyof typeof TABLES, names = "") => {
    const { columns = [], moments = [] } = columnsOf.get(table) ?? {};
    return (
      columns.map((column, place) => expression(TABLES[table], column, moments[place] === "true")).join(", ") + names
    );
  };
  const list = (table: keyof typeof TABLES, key: string, from: string, names = "") => `(
    select coalesce(json_agg(row_to_json(q) order by q.${key}), '[]') from (
      select ${rowOf(table, names)} from ${from}
    ) q
  )`;
  // Names are looked up by scalar subqueries: of a join, the planner may begin with the tasks of that name.
  const namedTask = (column: string) =>
    `select m.${column} from tasker_named_tasks m where m.named_task_id = k.named_task_id`;
  const steps = "tasker_workflow_steps w where w.task_id = a.id";
  const sql = `
    select a.id as task_id, case when octet_length(l.line) <= ${longestLine} then l.line end as line
    from unnest($1::int8[]) as a(id)
    cross join lateral (
      -- between values a line break is a blank, and inside a string there is none
      select translate(row_to_json(o)::text, e'\\n\\r', '  ') as line from (
        select ${ARCHIVE_VERSION} as archive_version,
          (select s.name from tasker_task_namespaces s where s.task_namespace_id = (${namedTask("task_namespace_id")})
          ) as namespace,
          (${namedTask("name")}) as name, (${namedTask("version")}) as version,
          (select row_to_json(q) from (select ${rowOf("tasker_tasks")}) q) as task,
          (select row_to_json(q) from (
            select ${rowOf("tasker_task_runs")} from tasker_task_runs r where r.task_id = a.id
          ) q) as run,
          ${list("tasker_task_transitions", "id", "tasker_task_transitions x where x.task_id = a.id")} as transitions,
          ${list(
            "tasker_task_annotations",
            "task_annotation_id",
            "tasker_task_annotations n where n.task_id = a.id",
            `, (select t.name from tasker_annotation_types t
                where t.annotation_type_id = n.annotation_type_id) as annotation_type_name`,
          )} as annotations,
          ${list(
            "tasker_workflow_steps",
            "workflow_step_id",
            steps,
            `, (select t.name from tasker_named_steps t where t.named_step_id = w.named_step_id) as step_name,
               (select d.name from tasker_dependent_systems d where d.dependent_system_id = (
                 select t.dependent_system_id from tasker_named_steps t where t.named_step_id = w.named_step_id
               )) as dependent_system_name`,
          )} as steps,
          ${list(
            "tasker_workflow_step_edges",
            "id",
            `tasker_workflow_step_edges e where e.from_step_id = any(array(select w.workflow_step_id from ${steps}))`,
          )} as edges,
          ${list(
            "tasker_workflow_step_transitions",
            "id",
            `tasker_workflow_step_transitions y
             where y.workflow_step_id = any(array(select w.workflow_step_id from ${steps}))`,
          )} as step_transitions,
          ${list("tasker_operator_actions", "action_id", "tasker_operator_actions p where p.task_id = a.id")} as actions,
          ${list("tasker_events", "id", "tasker_events v where v.task_id = a.id")} as events
        from tasker_tasks k where k.task_id = a.id
      ) o
    ) l`;
  return {
    async read(reader, taskIds) {
      const rows = await reader.query(sql, [taskIds]);
      return new Map(rows.map(({ task_id, line }) => [Number(task_id), typeof line === "string" ? line : null]));
    },
  };
}

/** A column as it stands in a line; a time in UTC in ISO 8601, with microseconds. */
function expression(alias: string, column: string, moment: boolean): string {
  const quoted = `"${column.replaceAll('"', '""')}"`;
  const value = `${alias}.${quoted}`;
  if (!moment) return value;
  const iso = `to_char(${value}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
  return `case when isfinite(${value}) then ${iso} else ${value}::text end as ${quoted}`;
}
