import { z } from "zod";
import type { Connection } from "../../database/database.ts";
import { TABLES } from "../../database/query/tables.ts";
import { int8, jsonb, timestamp } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import type { JsonObject, JsonValue } from "../../json/json-value.ts";
import { objectDocument } from "../attributes.ts";
import { checkAt } from "../check-at.ts";
import { isKey } from "../is-key.ts";
import { validate } from "../validate.ts";
import { find, type NamedTaskRow } from "./record.ts";

/**
 * The configuration of a named task; an empty object where the column holds anything but an object, such as the JSON
 * string that is its default.
 */
export function config({ configuration }: Pick<NamedTaskRow, "configuration">): JsonObject {
  return isObject(configuration) ? configuration : {};
}

/** Whether the steps of its tasks may run at the same time: `concurrent` of the configuration. Default: true. */
export function isConcurrent(namedTask: Pick<NamedTaskRow, "configuration">): boolean {
  const { concurrent = true } = config(namedTask);
  return concurrent !== false && concurrent !== null;
}

/**
 * Applies changes one after the other to the value of the locked row: of two updates at the same time the second one
 * waits, and then changes what the first one has written. The lock is taken before, not by the update: what an update
 * computes with a recursive query it does not compute again for the newer row that it has waited for. A change is a path
 * with a value, or a path at which an object must be for the changes that follow.
 */
export const mergeConfiguration = statement({
  name: "merge_configuration",
  text: `
    with recursive locked as (
      select configuration from tasker_named_tasks where named_task_id = $1::int8 for no key update
    ), merged as (
      select 0 as done, case jsonb_typeof(configuration) when 'object' then configuration else '{}' end as value
      from locked
      union all
      select done + 1, case
        when next.change ? 'value' then jsonb_set(value, next.path, next.change -> 'value')
        when jsonb_typeof(value #> next.path) = 'object' then value
        else jsonb_set(value, next.path, '{}') end
      from merged
      cross join lateral (
        select $3::jsonb -> done as change, array(select jsonb_array_elements_text($3::jsonb -> done -> 'path')) as path
      ) next
      where done < jsonb_array_length($3::jsonb)
    )
    update tasker_named_tasks set updated_at = $2, configuration = last.value
    from (select value from merged order by done desc limit 1) last
    where named_task_id = $1::int8 returning tasker_named_tasks.*`,
  parameters: [int8, timestamp, jsonb],
  columns: TABLES.tasker_named_tasks.columns,
});

const Configuration = z.strictObject({ configuration: objectDocument("configuration") });

/**
 * Merges an object into the configuration of a named task: objects into objects at every depth, anything else replaces
 * what was there. Updates at the same time lose nothing of each other.
 * @throws InvalidRecordError, RecordNotFoundError
 */
export async function updateConfig(
  connection: Connection,
  key: number,
  changes: JsonObject,
  at: Date = new Date(),
): Promise<NamedTaskRow> {
  const { configuration } = validate("NamedTask", Configuration, { configuration: changes });
  checkAt("NamedTask", at);
  if (!isKey(key)) return find(connection, key);
  const parsed: JsonValue = configuration === null ? {} : JSON.parse(configuration);
  const [row] = await connection.run(mergeConfiguration, [key, at, JSON.stringify(listChanges(parsed, []))]);
  return row ?? find(connection, key);
}

interface Change {
  readonly path: readonly string[];
  readonly value?: JsonValue;
}

function listChanges(value: JsonValue, path: readonly string[]): Change[] {
  if (!isObject(value)) return [{ path, value }];
  const inner = Object.entries(value).flatMap(([name, member]) => listChanges(member, [...path, name]));
  return path.length === 0 ? inner : [{ path }, ...inner];
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
