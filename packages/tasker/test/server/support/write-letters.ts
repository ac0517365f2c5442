import type { Database } from "../../../src/database/database.ts";

/** Letters of the subscribers `billing`, 1 and 3, and `mail`, 2. */
export async function writeLetters(database: Database): Promise<void> {
  await database.execute(`
    insert into tasker_event_subscribers
      (name, filter, cursor, next_task_id, next_task_row_id, next_step_row_id, next_event_id, created_at, updated_at)
    select name, '{}', '{}', 1, 1, 1, 1, now(), now() from unnest('{billing,mail}'::text[]) name;
    insert into tasker_dead_letters (subscriber_id, task_id, event_id, event_name, event, attempts, error, first_at, died_at)
    select s.subscriber_id, g.number, 'task:' || g.number || ':3', 'task.completed', jsonb_build_object('id', 'task:' || g.number || ':3', 'name', 'task.completed',
      'at', 1767225600000, 'taskId', g.number, 'namespace', 'default', 'taskName', 'graph', 'version', '1.0.0',
      'correlationId', null, 'stepId', null, 'stepName', null, 'payload', '{"a": 1}'::jsonb), 10, '{"message": "no"}', now(), now()
    from generate_series(1, 3) g(number)
    join tasker_event_subscribers s on s.name = case when g.number = 2 then 'mail' else 'billing' end
    order by g.number`);
}
