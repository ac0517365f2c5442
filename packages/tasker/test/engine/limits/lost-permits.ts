import type { Connection } from "../../../src/database/database.ts";

/**
 * Permits that nobody will give back: of processes that are gone, whose tasks are not theirs any more, and of steps that are
 * over, or whose process has lost them. While engines work there may be some for a moment: they are given back after the commit.
 */
export function findLostPermits(connection: Connection): Promise<Record<string, unknown>[]> {
  return connection.query(`
    select t.limiter, t.process_id, t.permit_no, t.workflow_step_id, coalesce(x.to_state, 'pending') as state
    from tasker_permits t
    left join tasker_processes p on p.process_id = t.process_id and p.stopped_at is null
    left join tasker_task_runs r on r.task_id = t.task_id and r.owner_id = t.process_id
    left join tasker_workflow_step_transitions x on x.workflow_step_id = t.workflow_step_id and x.most_recent
    where r.task_id is null or (p.process_id is not null and coalesce(x.to_state, 'pending') <> 'in_progress')`);
}
