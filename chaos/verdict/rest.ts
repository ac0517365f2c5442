import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "tasker";
import { whileAway } from "../fleet/while-away.ts";

const PAUSE_MS = 250;

/** What is not at rest: tasks that somebody owns, or that want to be claimed, or that have not ended. */
const RESTLESS = `
  select r.task_id, n.name, coalesce(c.to_state, 'pending') as state, r.owner_id, r.wake_at::text, r.paused, r.dirty,
    (select jsonb_agg(jsonb_build_array(s.name, coalesce(x.to_state, 'pending'), x.metadata - 'backtrace')) from tasker_workflow_steps w
     join tasker_named_steps s using (named_step_id)
     left join tasker_workflow_step_transitions x on x.workflow_step_id = w.workflow_step_id and x.most_recent
     where w.task_id = r.task_id and coalesce(x.to_state, 'pending') in ('pending', 'in_progress', 'error')) as steps
  from tasker_task_runs r join tasker_tasks k using (task_id) join tasker_named_tasks n on n.named_task_id = k.named_task_id
  left join tasker_task_transitions c on c.task_id = r.task_id and c.most_recent
  where r.owner_id <> 0 or r.wake_at is not null or coalesce(c.to_state, 'pending') in ('pending', 'in_progress')
  order by r.task_id limit 20`;

/**
 * Waits until everything has come to rest.
 * @param meanwhile called now and then, for whoever has to help
 * @returns what has not after `forMs`, a line each
 */
export async function waitForRest(
  database: Database,
  forMs: number,
  meanwhile: () => Promise<void>,
): Promise<readonly string[]> {
  const end = performance.now() + forMs;
  for (;;) {
    await meanwhile();
    const rows = await whileAway(() => database.query(RESTLESS));
    if (rows?.length === 0) return [];
    if (performance.now() > end) return rows?.map((row) => JSON.stringify(row)) ?? ["the database does not answer"];
    await sleep(PAUSE_MS);
  }
}
