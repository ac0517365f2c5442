import type { Connection } from "../../database/database.ts";
import { array, bool, int8, nullable, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import { InvalidRecordError, RecordConflictError, type RecordViolation } from "../../errors/index.ts";
import { raiseRevision } from "../raise-revision.ts";
import { runUnprepared } from "../run-unprepared.ts";

/** Holds off everybody else who adds steps to these tasks through the model, in the order given. */
export const lockStepsOfTasks = statement({
  name: "lock_steps_of_tasks",
  text: `
    select from unnest($1::int8[]) as t(id)
    cross join lateral pg_advisory_xact_lock(hashtextextended('tasker_workflow_steps of ' || t.id, 0))`,
  parameters: [array(int8)],
  columns: {},
});

/**
 * What is wrong with steps that are to be written: their task or step type does not exist, or the task has a step of
 * that type, or of a type of that name, already. Steps earlier in the same list count as there. `$3` is left out.
 */
export const checkSteps = statement({
  name: "check_steps",
  text: `
    with given as materialized (
      select g.task_id, g.named_step_id, n.name, g.place
      from unnest($1::int8[], $2::int8[]) with ordinality as g(task_id, named_step_id, place)
      left join tasker_named_steps n on n.named_step_id = g.named_step_id
    ), held as materialized (
      select w.task_id, w.named_step_id, n.name, 0 as place
      from tasker_workflow_steps w join tasker_named_steps n on n.named_step_id = w.named_step_id
      where w.task_id = any($1) and w.workflow_step_id is distinct from $3
      union all select g.task_id, g.named_step_id, g.name, g.place from given g
    )
    select g.task_id, g.named_step_id, g.name, k.task_id is not null as has_task, t.first < g.place as repeats_type,
      coalesce(m.first < g.place, false) as repeats_name
    from given g
    left join tasker_tasks k on k.task_id = g.task_id
    join (select h.task_id, h.named_step_id, min(h.place) as first from held h group by 1, 2) t
      on t.task_id = g.task_id and t.named_step_id = g.named_step_id
    left join (select h.task_id, h.name, min(h.place) as first from held h group by 1, 2) m
      on m.task_id = g.task_id and m.name = g.name
    where k.task_id is null or g.name is null or t.first < g.place or m.first < g.place
    order by g.place`,
  parameters: [array(int8), array(int8), nullable(int8)],
  columns: {
    task_id: int8,
    named_step_id: int8,
    name: nullable(varchar),
    has_task: bool,
    repeats_type: bool,
    repeats_name: bool,
  },
});

/** What says whether a step may be written. */
export interface StepPlace {
  readonly task_id: number;
  readonly named_step_id: number;
}

/**
 * Takes the locks under which steps are added to tasks: an advisory lock for each task, because no unique index says
 * that a step is there once and the row that would be locked does not exist yet; then the run rows.
 */
export async function lockSteps(transaction: Connection, taskIds: Iterable<number>): Promise<void> {
  const tasks = [...new Set(taskIds)].sort((a, b) => a - b);
  await transaction.run(lockStepsOfTasks, [tasks]);
  await raiseRevision(transaction, tasks);
}

/**
 * Refuses steps whose type, or the name of whose type, another step of the same task has. Needs the locks of
 * `lockSteps`.
 * @param exceptId a step that does not count, because it is the one that changes
 * @throws RecordConflictError with both rules in `violations` if both are broken
 * @throws InvalidRecordError if there is no such task or step type
 */
export async function refuseRepeatedSteps(
  transaction: Connection,
  steps: readonly StepPlace[],
  exceptId: number | null = null,
): Promise<void> {
  const taskIds = steps.map((step) => step.task_id);
  const namedStepIds = steps.map((step) => step.named_step_id);
  const [wrong] = await runUnprepared(transaction, checkSteps, [taskIds, namedStepIds, exceptId]);
  if (wrong === undefined) return;
  const missing: RecordViolation[] = [];
  const rule = "the id of an existing record";
  if (!wrong.has_task) missing.push({ field: "task_id", value: String(wrong.task_id), rule });
  if (wrong.name === null) missing.push({ field: "named_step_id", value: String(wrong.named_step_id), rule });
  if (missing.length > 0) throw new InvalidRecordError("WorkflowStep", missing);
  throw repeated(wrong);
}

interface Repetition extends StepPlace {
  readonly name: string | null;
  readonly repeats_type: boolean;
}

function repeated({ task_id, named_step_id, name, repeats_type: sameType }: Repetition): RecordConflictError {
  const byName = { field: "name", value: JSON.stringify(name), rule: `unique among the steps of task ${task_id}` };
  const byType = { ...byName, field: "named_step_id", value: String(named_step_id) };
  const violations = sameType ? [byType, byName] : [byName];
  const fields = sameType ? ["task_id", "named_step_id"] : ["task_id", "name"];
  const values = sameType ? [task_id, named_step_id] : [task_id, name];
  return new RecordConflictError(`There is a WorkflowStep named ${byName.value} in task ${task_id} already`, {
    context: {
      model: "WorkflowStep",
      fields,
      values,
      field: fields[1],
      value: values[1],
      expected: byName.rule,
      violations,
    },
  });
}
