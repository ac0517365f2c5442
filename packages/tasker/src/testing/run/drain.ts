import { array, int8, json, nullable, timestamp } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import { ProceduralError } from "../../errors/index.ts";
import type { TestEngine } from "./test-engine.ts";

/**
 * What live tasks wait for. `signals`: names of those that steps wait for; `ready`: steps that nobody has started yet although
 * they could, and waits whose time is over or whose signal is there; `waiting`: those among them that wait for a limit;
 * `running`: steps in progress that do not wait; `unowned`: tasks that wait to be claimed and are due; `next_at`: the first
 * moment at which a retry, a wait's end, a step under a limit or a task that waits to be claimed is due. `task_ids` null: all
 * tasks that there are; otherwise those and the tasks that their steps submit.
 */
export const findWaits = statement({
  name: "testing_find_waits",
  text: `
    with recursive family as (
      select asked.id from unnest($1::bigint[]) as asked(id)
      union
      select r.task_id from tasker_task_runs r join family on r.parent_task_id = family.id
    ), live as materialized (
      select r.task_id, r.owner_id, r.wake_at from tasker_task_runs r
      left join tasker_task_transitions t on t.task_id = r.task_id and t.most_recent
      where r.wake_at is not null and coalesce(t.to_state, 'pending') in ('pending', 'in_progress')
        and ($1::bigint[] is null or r.task_id in (select id from family))
    ), steps as materialized (
      select w.*, coalesce(x.to_state, 'pending') as state, x.metadata, live.owner_id from live
      join tasker_workflow_steps w using (task_id)
      left join tasker_workflow_step_transitions x on x.workflow_step_id = w.workflow_step_id and x.most_recent
    ), retries as materialized (
      select coalesce(metadata ->> 'backoff_until', metadata -> 'waiting_for' ->> 'until')::timestamptz
        at time zone 'UTC' as at, task_id, owner_id from steps
      where (state = 'error' and metadata ? 'backoff_until')
        or (state = 'in_progress' and metadata -> 'waiting_for' ? 'until')
    ), listening as materialized (
      select metadata -> 'waiting_for' ->> 'name' as name, task_id, owner_id
      from steps where state = 'in_progress' and metadata -> 'waiting_for' ->> 'kind' = 'signal'
    )
    select json_build_object(
      'live', (select count(*) from live),
      'running', (select count(*) from steps where state = 'in_progress' and owner_id <> 0 and not coalesce(metadata ? 'waiting_for', false)),
      'unowned', (select count(*) from live where owner_id = 0 and wake_at <= $2),
      'signals', (select json_agg(distinct name) from listening),
      'ready', (
        select count(*) from listening where owner_id <> 0 and exists (
          select from tasker_signals g where g.task_id = listening.task_id and g.name = listening.name
            and g.consumed_at is null)
      ) + (
        -- Its task is about to be submitted, or has ended.
        select count(*) from steps where owner_id <> 0 and state = 'in_progress'
          and metadata -> 'waiting_for' ->> 'kind' = 'task' and not exists (
            select from tasker_task_runs r where r.parent_step_id = steps.workflow_step_id and r.wake_at is not null)
      ) + (select count(*) from retries where owner_id <> 0 and at <= $2) + (
        select count(*) from steps where state = 'pending' and owner_id <> 0 and attempts < retry_limit
          and (retryable or attempts = 0) and not exists (
            select from tasker_workflow_step_edges e
            left join tasker_workflow_step_transitions p on p.workflow_step_id = e.from_step_id and p.most_recent
            where e.to_step_id = steps.workflow_step_id
              and coalesce(p.to_state, 'pending') not in ('complete', 'resolved_manually'))),
      'waiting', (select coalesce(sum(waiting), 0) from tasker_limit_waits)
    ) as counts, least(
      (select min(next_at) from tasker_limit_waits where next_at > $2),
      (select min(at) from retries where owner_id <> 0 and at > $2),
      -- A task that only waits for somebody is looked at from time to time, but nothing happens by that.
      (select min(wake_at) from live where owner_id = 0 and wake_at > $2
        and (not exists (select from steps where steps.task_id = live.task_id and state = 'in_progress')
          or exists (select from retries where retries.task_id = live.task_id)))
    ) as next_at`,
  parameters: [nullable(array(int8)), timestamp],
  columns: { counts: nullable(json), next_at: nullable(timestamp) },
});

/** How many turns nothing may move before {@link drain} gives up; a turn is one look at the database. */
const IDLE_TURNS = 2_000;

interface Waits {
  readonly live: number;
  readonly running: number;
  readonly unowned: number;
  readonly ready: number;
  readonly signals: readonly string[] | null;
  readonly waiting: number;
}

/** What {@link drain} needs of a {@link TestEngine}. */
export type Drainable = Pick<TestEngine, "engine" | "database" | "clock">;

/**
 * Runs a started engine on its manual clock until the tasks are over: whenever everything that is left waits for the
 * clock (a sleeping step, a retry's backoff, a handler in `clock.sleep`, a deadline), the clock is moved to the next moment at which
 * something happens. No real time is slept away; a handler that waits for something real is given about 20 seconds.
 * @param taskIds the tasks that steps of these submit are run as well. Default: every task of the database that has a run row and is not over
 * @throws ProceduralError after many looks at which nothing moved, as for tasks of a template that is not registered, or for
 * those that wait for a signal which nobody sends
 */
export async function drain(test: Drainable, taskIds: readonly number[] | null = null): Promise<void> {
  const { engine, database, clock } = test;
  const news = new News();
  const ends = [engine.on(() => news.announce()), clock.onSleep(() => news.announce())];
  let idle = 0;
  let before = "";
  try {
    for (;;) {
      const sleeping = clock.sleeping;
      const [row] = await database.run(findWaits, [taskIds, new Date(clock.now())]);
      const waits = row?.counts as Waits;
      if (waits.live === 0) return;
      const now = JSON.stringify([waits, row?.next_at, sleeping]);
      idle = now === before ? idle + 1 : 0;
      before = now;
      if (idle > IDLE_TURNS) {
        const missing = waits.signals === null ? "" : `, and nobody sends the signals ${waits.signals.join(", ")}`;
        throw new ProceduralError(`nothing moves any more${missing}: ${now}`);
      }
      if (waits.unowned > 0) await step(clock.timers[0] ?? null);
      else if (waits.ready > waits.waiting || waits.running > sleeping) await news.next();
      else await step(earliest(row?.next_at?.getTime() ?? null, sleeping > 0 ? (clock.timers[0] ?? null) : null));
    }
  } finally {
    for (const end of ends) end();
  }

  async function step(at: number | null): Promise<void> {
    if (at !== null && at > clock.now()) clock.advance(at - clock.now());
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function earliest(...moments: readonly (number | null)[]): number | null {
  const known = moments.filter((moment) => moment !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** Longest wait for news before the database is looked at again: another process may be the one that works. */
const LOOK_AGAIN_MS = 10;

/** Whether something has happened since it was last asked. */
class News {
  #resolve: (() => void) | null = null;
  #missed = false;

  announce(): void {
    if (this.#resolve === null) this.#missed = true;
    this.#resolve?.();
  }

  /** Resolves when there are news, and after a few milliseconds without any. */
  async next(): Promise<void> {
    if (!this.#missed) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, LOOK_AGAIN_MS);
        this.#resolve = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#resolve = null;
    }
    this.#missed = false;
  }
}
