import type { Connection } from "../../database/database.ts";
import { TABLES } from "../../database/query/tables.ts";
import { array, int4, int8 } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import type { StepSource } from "../sources.ts";

/** Which steps of a task are asked for. */
export interface StepPage {
  readonly taskId: number;
  /** Those with greater ids. */
  readonly after: number;
  /** So many at most. */
  readonly limit: number;
}

/** Pages of the steps of tasks; `place` tells to which page a step belongs, counted from 1. */
export const selectStepPages = statement({
  name: "graphql_step_pages",
  text: `
    select page.place, step.*
    from unnest($1::int8[], $2::int8[], $3::int4[]) with ordinality as page (task_id, after_id, most, place)
    cross join lateral (
      select w.* from tasker_workflow_steps w
      where w.task_id = page.task_id and w.workflow_step_id > page.after_id
      order by w.workflow_step_id limit page.most
    ) step
    order by page.place, step.workflow_step_id limit $4`,
  parameters: [array(int8), array(int8), array(int4), int8],
  columns: { place: int8, ...TABLES.tasker_workflow_steps.columns },
});

/**
 * Reads pages of the steps of any number of tasks with one statement.
 * @param most of all pages together
 */
export async function readStepPages(
  database: Connection,
  pages: readonly StepPage[],
  most: number,
): Promise<StepSource[][]> {
  const found: StepSource[][] = pages.map(() => []);
  const rows = await database.run(selectStepPages, [
    pages.map((page) => page.taskId),
    pages.map((page) => page.after),
    pages.map((page) => page.limit),
    most,
  ]);
  for (const { place, ...row } of rows) found[place - 1]?.push({ kind: "WorkflowStep", row });
  return found;
}
