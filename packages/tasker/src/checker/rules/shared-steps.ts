import type { HistoryRule } from "../history-rule.ts";

/** Offers and executions of an earlier epoch are left alone by everybody: they may stay for a while. */
export const sharedSteps: HistoryRule = {
  name: "shared steps",
  verifies:
    "a step that is offered, or runs outside its owner, is one of its task, is open, and has one execution at most",
  readsEngineTables: true,
  sql: `
    with outside as (
      select o.task_id, o.workflow_step_id, o.epoch, o.execution_id, 'offer' as what
      from asked a cross join lateral (
        select q.* from tasker_ready_steps q where q.task_id = a.task_id offset 0
      ) o
      union all
      select o.task_id, o.workflow_step_id, o.epoch, o.execution_id, 'execution'
      from asked a cross join lateral (
        select q.* from tasker_step_executions q where q.task_id = a.task_id and q.state in ('running', 'finished') offset 0
      ) o
    )
    select o.task_id, o.workflow_step_id as step_id,
      case when s.step_id is null then format('%s %s of a step of another task', o.what, o.execution_id)
           when o.epoch > k.epoch then format('%s %s under epoch %s, the run has %s', o.what, o.execution_id, o.epoch, k.epoch)
           when o.same > 1 then format('%s %s, one of %s under epoch %s', o.what, o.execution_id, o.same, o.epoch)
           else format('%s %s, which is %s', o.what, o.execution_id, s.state) end as found,
      false as unclear
    from (
      select q.*, count(*) over (partition by q.workflow_step_id, q.epoch, q.what) as same from outside q
    ) o
    join tasks k on k.task_id = o.task_id
    left join steps s on s.step_id = o.workflow_step_id and s.task_id = o.task_id
    where s.step_id is null or o.epoch > k.epoch or o.same > 1
      or (s.metadata ->> 'execution_id' = o.execution_id and s.state <> 'in_progress')`,
};
