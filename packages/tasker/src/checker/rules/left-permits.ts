import type { HistoryRule } from "../history-rule.ts";

/** Permits of a process that is gone go when its tasks are taken over, those of a remote worker's attempt with that. */
export const leftPermits: HistoryRule = {
  name: "permits",
  verifies: "a permit is that of a process that is alive, or that may still run the task, or of an attempt outside",
  readsEngineTables: true,
  sql: `
    select p.task_id, p.workflow_step_id as step_id, format('permit of process %s for %s', p.process_id, p.limiter) as found,
      false as unclear
    from tasker_permits p
    join tasks k on k.task_id = p.task_id
    left join tasker_processes a on a.process_id = p.process_id and a.stopped_at is null
    where a.process_id is null and k.owner_id is distinct from p.process_id
      and (p.execution_id is null or not tasker_is_outside(p.workflow_step_id, p.execution_id))`,
};
