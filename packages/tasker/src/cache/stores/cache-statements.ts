import { bool, float8, int4, int8, nullable, text, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";

/** The value of a key. */
export const readCached = statement({
  name: "cache_read",
  text: "select value from tasker_cache where key = $1 and expires_at > clock_timestamp() at time zone 'UTC'",
  parameters: [text],
  columns: { value: text },
});

/** Keeps a value for `$3` seconds. */
export const writeCached = statement({
  name: "cache_write",
  text: `
    insert into tasker_cache (key, value, expires_at)
    values ($1, $2, clock_timestamp() at time zone 'UTC' + $3::int4 * interval '1 second')
    on conflict (key) do update set value = excluded.value, expires_at = excluded.expires_at`,
  parameters: [varchar, text, int4],
  columns: {},
});

/** Forgets a key. */
export const deleteCached = statement({
  name: "cache_delete",
  text: "delete from tasker_cache where key = $1",
  parameters: [text],
  columns: {},
});

/** Forgets up to `$1` values and records each whose time is over. */
export const pruneCache = statement({
  name: "cache_prune",
  text: `
    with old as (
      select c.key from tasker_cache c where c.expires_at < clock_timestamp() at time zone 'UTC'
      order by c.expires_at limit $1 for update skip locked
    ), old_uses as (
      select u.key from tasker_cache_use u where u.expires_at < clock_timestamp() at time zone 'UTC'
      order by u.expires_at limit $1 for update skip locked
    ), uses as (
      delete from tasker_cache_use u using old_uses o where u.key = o.key
    )
    delete from tasker_cache c using old o where c.key = o.key`,
  parameters: [int8],
  columns: {},
});

const USE = {
  hit_rate: float8,
  generation_seconds: float8,
  recent_accesses: float8,
  total_accesses: int8,
  cache_hits: int8,
};

/**
 * Adds a use to the record of key `$1` by the formulas of `addUse`: `$2` 1 for a hit, else 0; `$3` seconds that making it took; `$4`
 * weight of the past; `$5` what a second leaves of an access; `$6` seconds for which the record is kept.
 */
export const recordCacheUse = statement({
  name: "cache_record_use",
  text: `
    insert into tasker_cache_use as u
      (key, hit_rate, generation_seconds, recent_accesses, total_accesses, cache_hits, used_at, expires_at)
    select $1, $2::int4, coalesce($3::float8, 0), 1, 1, $2::int4, t.now, t.now + $6::int4 * interval '1 second'
    from (select clock_timestamp() at time zone 'UTC' as now) t
    on conflict (key) do update set
      hit_rate = u.hit_rate * $4::float8 + excluded.hit_rate * (1 - $4::float8),
      generation_seconds = case
        when $3::float8 is null then u.generation_seconds when u.generation_seconds = 0 then $3::float8
        else u.generation_seconds * $4::float8 + $3::float8 * (1 - $4::float8)
      end,
      recent_accesses = u.recent_accesses
        * exp(greatest(-700, ln($5::float8) * greatest(0, extract(epoch from excluded.used_at - u.used_at)::float8))) + 1,
      total_accesses = u.total_accesses + 1,
      cache_hits = u.cache_hits + excluded.cache_hits,
      used_at = excluded.used_at,
      expires_at = excluded.expires_at
    returning u.hit_rate, u.generation_seconds, u.recent_accesses, u.total_accesses, u.cache_hits`,
  parameters: [varchar, int4, nullable(float8), float8, float8, int4],
  columns: USE,
});

/** The record of a key. */
export const readCacheUse = statement({
  name: "cache_read_use",
  text: `
    select hit_rate, generation_seconds, recent_accesses, total_accesses, cache_hits from tasker_cache_use where key = $1`,
  parameters: [text],
  columns: USE,
});

/** Forgets the record of a key. */
export const deleteCacheUse = statement({
  name: "cache_delete_use",
  text: "delete from tasker_cache_use where key = $1",
  parameters: [text],
  columns: {},
});

/** Takes the lock of a key for `$3` milliseconds. No row: somebody holds it. */
export const lockCached = statement({
  name: "cache_lock",
  text: `
    insert into tasker_cache_locks as l (key, token, expires_at)
    values ($1, $2, clock_timestamp() at time zone 'UTC' + $3::int4 * interval '1 millisecond')
    on conflict (key) do update set token = excluded.token, expires_at = excluded.expires_at
    where l.expires_at <= clock_timestamp() at time zone 'UTC'
    returning true as taken`,
  parameters: [varchar, varchar, int4],
  columns: { taken: bool },
});

/** Gives a lock back. */
export const unlockCached = statement({
  name: "cache_unlock",
  text: "delete from tasker_cache_locks where key = $1 and token = $2",
  parameters: [text, text],
  columns: {},
});
