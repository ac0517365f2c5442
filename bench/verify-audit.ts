import type { Database } from "tasker";
import { z } from "zod";

/** What a run should have written. */
export interface ExpectedAudit {
  readonly tasks: number;
  readonly steps: number;
}

const Counts = z.object({
  tasks: z.int(),
  complete_tasks: z.int(),
  steps: z.int(),
  exact_steps: z.int(),
  early_steps: z.int(),
});

/**
 * Counts what the database holds after a run. A step is exact if its transitions are `in_progress` and `complete`, in
 * this order and no others, and only the last one is the most recent. It is early if it started before a parent's end.
 */
const COUNT = `
  with step_audit as materialized (
    select workflow_step_id,
      array_agg(to_state::text order by sort_key) = array['in_progress', 'complete']
        and count(*) filter (where most_recent) = 1
        and bool_or(most_recent and to_state = 'complete') as exact
    from tasker_workflow_step_transitions group by workflow_step_id
  )
  select
    (select count(*) from tasker_tasks)::int as tasks,
    (select count(*) from tasker_task_transitions where most_recent and to_state = 'complete')::int as complete_tasks,
    (select count(*) from tasker_workflow_steps)::int as steps,
    (select count(*) from step_audit where exact)::int as exact_steps,
    (select count(*) from tasker_workflow_step_edges edge
       join tasker_workflow_step_transitions parent
         on parent.workflow_step_id = edge.from_step_id and parent.to_state = 'complete'
       join tasker_workflow_step_transitions child
         on child.workflow_step_id = edge.to_step_id and child.to_state = 'in_progress'
     where child.created_at < parent.created_at)::int as early_steps`;

/**
 * Checks in SQL that a run did all of its work and wrote it down: a figure of a run that did not is worth nothing.
 * @throws Error that says what is wrong
 */
export async function verifyAudit(database: Database, expected: ExpectedAudit): Promise<void> {
  const [row] = await database.query(COUNT);
  const found = Counts.parse(row);
  const wanted = {
    tasks: expected.tasks,
    complete_tasks: expected.tasks,
    steps: expected.steps,
    exact_steps: expected.steps,
    early_steps: 0,
  };
  const wrong = Counts.keyof().options.filter((key) => found[key] !== wanted[key]);
  if (wrong.length === 0) return;
  const list = wrong.map((key) => `${key} ${found[key]} instead of ${wanted[key]}`).join(", ");
  throw new Error(`the database does not hold what a correct run writes: ${list}`);
}
