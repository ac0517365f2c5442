import { array, bool, int4, int8, nullable, text } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";
import type { HistoryRule } from "./history-rule.ts";
import { historyTables } from "./history-tables.ts";
import { HISTORY_RULES } from "./rules.ts";

/** The breaches of a rule, counted, and the first of them. What is certain and what is not are counted apart. */
const breachesOf = ({ name, sql }: HistoryRule) => `
  select '${name}' as rule, q.* from (
    select f.task_id, f.step_id, f.found, f.unclear, count(*) over (partition by f.unclear) as total,
      row_number() over (partition by f.unclear order by f.task_id, f.step_id) as place
    from (${sql}) f
  ) q where q.place <= (select g.listed from given g)`;

const ask = (hasEngineTables: boolean, rules: readonly HistoryRule[]) => `
  with given as (select $2::int4 as listed, $3::int4 as takeover_ms),
  ${historyTables(hasEngineTables)}
  ${rules.map(breachesOf).join("\n  union all\n")}`;

const shape = {
  parameters: [array(int8), int4, int4],
  columns: {
    rule: text,
    task_id: int8,
    step_id: nullable(int8),
    found: text,
    unclear: bool,
    /** Of this rule, and of this kind. */
    total: int8,
    place: int8,
  },
} as const;

/** What breaks a rule among the tasks `$1`: of each rule the first `$2`. `$3`: milliseconds for a takeover. */
export const checkTasksStatement = statement({ name: "check_tasks", text: ask(true, HISTORY_RULES), ...shape });

/** As {@link checkTasksStatement}, on a database that has the reference's tables only. */
export const checkSharedTasksStatement = statement({
  name: "check_shared_tasks",
  text: ask(
    false,
    HISTORY_RULES.filter((rule) => rule.readsEngineTables !== true),
  ),
  ...shape,
});
