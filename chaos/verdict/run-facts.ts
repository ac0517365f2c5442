import type { Database } from "tasker";
import { z } from "zod";

/** How a task stands when everything has come to rest. */
const TaskFacts = z.object({
  taskId: z.number(),
  state: z.string(),
  /** Of those that were submitted with one; children and re-runs have none. */
  number: z.number().nullable(),
});
export type TaskFacts = z.infer<typeof TaskFacts>;

/** How a step stands. */
const StepFacts = z.object({
  taskId: z.number(),
  stepId: z.number(),
  name: z.string(),
  state: z.string(),
  attempts: z.number(),
  /** The execution of the row that completed it; null: none has, or it was no handler. */
  completedBy: z.string().nullable(),
  /** The execution that its stored results name; null: they name none. */
  stored: z.string().nullable(),
});
export type StepFacts = z.infer<typeof StepFacts>;

/** The start of an execution. */
const StartFacts = z.object({
  executionId: z.string(),
  stepId: z.number(),
  /** Whether it stands after a row that completed the step. */
  isAfterEnd: z.boolean(),
});
export type StartFacts = z.infer<typeof StartFacts>;

/** What the database holds. */
export interface RunFacts {
  readonly tasks: readonly TaskFacts[];
  readonly steps: readonly StepFacts[];
  readonly starts: readonly StartFacts[];
  readonly transitions: number;
  readonly interruptions: number;
}

const TASKS = `
  select k.task_id as "taskId", coalesce(c.to_state, 'pending') as state,
    case when r.parent_task_id is null and r.rerun_of is null then (k.context ->> 'number')::int end as number
  from tasker_tasks k join tasker_task_runs r using (task_id)
  left join tasker_task_transitions c on c.task_id = k.task_id and c.most_recent`;

const STEPS = `
  select w.task_id as "taskId", w.workflow_step_id as "stepId", n.name, coalesce(c.to_state, 'pending') as state,
    coalesce(w.attempts, 0) as attempts,
    case when c.to_state = 'complete' and not exists (
      select from tasker_workflow_step_transitions x
      where x.workflow_step_id = w.workflow_step_id and x.metadata ? 'waiting_for'
    ) then c.metadata ->> 'execution_id' end as "completedBy",
    case when jsonb_typeof(w.results) = 'object' then w.results ->> 'executionId' end as stored
  from tasker_workflow_steps w join tasker_named_steps n using (named_step_id)
  left join tasker_workflow_step_transitions c on c.workflow_step_id = w.workflow_step_id and c.most_recent`;

const STARTS = `
  select x.metadata ->> 'execution_id' as "executionId", x.workflow_step_id as "stepId", exists (
    select from tasker_workflow_step_transitions e
    where e.workflow_step_id = x.workflow_step_id and e.to_state = 'complete' and e.sort_key < x.sort_key
  ) as "isAfterEnd"
  from tasker_workflow_step_transitions x where x.to_state = 'in_progress'
  union all
  -- Of a step that another process took: this is its start, and stays where the owner was told to stop before it wrote its own.
  select x.execution_id, x.workflow_step_id, false from tasker_step_executions x where x.state = 'refused'
    and not exists (
      select from tasker_workflow_step_transitions y
      where y.workflow_step_id = x.workflow_step_id and y.metadata ->> 'execution_id' = x.execution_id
    )`;

const FIGURES = `
  select (select count(*) from tasker_workflow_step_transitions)::int + (select count(*) from tasker_task_transitions)::int
      as transitions,
    (select count(*) from tasker_workflow_step_transitions where metadata ? 'interrupted')::int as interruptions`;

/** Reads everything that the verdict is about. */
export async function readFacts(database: Database): Promise<RunFacts> {
  const [figures] = await database.query(FIGURES);
  return {
    tasks: z.array(TaskFacts).parse(await database.query(TASKS)),
    steps: z.array(StepFacts).parse(await database.query(STEPS)),
    starts: z.array(StartFacts).parse(await database.query(STARTS)),
    ...z.object({ transitions: z.number(), interruptions: z.number() }).parse(figures),
  };
}
