import { array, bool, int4, int8 } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";

/**
 * Renews the lease of process `$1`, which last made progress `$2` milliseconds ago. No row: it was declared dead or has left.
 */
export const beat = statement({
  name: "beat",
  text: `
    update tasker_processes p
    set heartbeat_at = t.now, expires_at = t.now + p.lease_ms * interval '1 millisecond',
      progress_at = t.now - $2::int4 * interval '1 millisecond', guarded = $3
    from (select clock_timestamp() at time zone 'UTC' as now) t
    where p.process_id = $1 and p.stopped_at is null
    returning p.process_id`,
  parameters: [int8, int4, bool],
  columns: { process_id: int8 },
});

/**
 * All processes but `$1` that may have tasks: with their last heartbeat in microseconds since the epoch, and whether the lock
 * that guards them is free. Asking takes a shared lock for a moment, for which nobody waits.
 */
export const lookAtPeers = statement({
  name: "look_at_peers",
  text: `
    select p.process_id, (extract(epoch from p.heartbeat_at) * 1000000)::bigint as beat, p.lease_ms,
      p.expires_at < clock_timestamp() at time zone 'UTC' as expired, p.stopped_at is not null as stopped,
      case when p.guarded and p.stopped_at is null then pg_try_advisory_xact_lock_shared(
        ('tasker_processes'::regclass::oid::bigint << 32) | p.process_id
      ) else false end as unguarded
    from tasker_processes p where p.released_at is null and p.process_id <> $1`,
  parameters: [int8],
  columns: { process_id: int8, beat: int8, lease_ms: int4, expired: bool, stopped: bool, unguarded: bool },
});

/**
 * Declares processes dead whose last heartbeat still is the one that was seen: one that beats at this moment is alive. `$1` are
 * their ids, `$2` their heartbeats as {@link lookAtPeers} gives them.
 */
export const declareDead = statement({
  name: "declare_dead",
  text: `
    update tasker_processes p set stopped_at = clock_timestamp() at time zone 'UTC'
    from unnest($1::bigint[], $2::bigint[]) as d(process_id, beat)
    where p.process_id = d.process_id and p.stopped_at is null
      and (extract(epoch from p.heartbeat_at) * 1000000)::bigint = d.beat
    returning p.process_id`,
  parameters: [array(int8), array(int8)],
  columns: { process_id: int8 },
});

/** Takes the lock that guards process `$1`, for as long as the connection lasts; false if somebody holds it. */
export const takeGuard = statement({
  name: "take_guard",
  text: "select pg_try_advisory_lock(('tasker_processes'::regclass::oid::bigint << 32) | $1::bigint) as taken",
  parameters: [int8],
  columns: { taken: bool },
});
