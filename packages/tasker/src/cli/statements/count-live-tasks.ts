import { array, int8, text, timestamp } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";

/**
 * How many tasks of the given kinds (namespaces, names and versions, side by side) are still to be worked on: neither
 * over nor waiting for somebody to act, whoever owns them. Tasks that are not to begin before a later moment than
 * `$4` do not count.
 */
export const countLiveTasksStatement = statement({
  name: "cli_count_live_tasks",
  text: `
    select count(*) as live
    from unnest($1::text[], $2::text[], $3::text[]) as k(namespace, name, version)
    join tasker_task_namespaces s on s.name = k.namespace
    join tasker_named_tasks n
      on n.task_namespace_id = s.task_namespace_id and n.name = k.name and n.version = k.version
    join tasker_task_runs r on r.named_task_id = n.named_task_id and r.wake_at is not null
    where r.wake_at <= $4::timestamp
      or exists (select from tasker_task_transitions x where x.task_id = r.task_id)`,
  parameters: [array(text), array(text), array(text), timestamp],
  columns: { live: int8 },
});
