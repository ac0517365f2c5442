import { array, bool, int8, jsonb, nullable, text, timestamp, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";

/**
 * The session of a secret, if it has not ended: by itself, or with the token that it was opened with. It is found by the hash of
 * the secret: how long that takes tells something of hashes, from which no secret follows. With what its token may do now.
 */
export const selectSession = statement({
  name: "session_select",
  text: `
    select s.session_id, s.csrf, s.principal, s.rotated_at, s.idle_until, s.expires_at, s.hash = $1 as is_current,
      t.token_id, t.roles, t.permissions, t.namespaces
    from tasker_sessions s left join tasker_api_tokens t on t.token_id = s.token_id
    where (s.hash = $1 or (s.previous_hash = $1 and s.previous_until > $2)) and s.idle_until > $2 and s.expires_at > $2
      and (s.token_id is null or (t.revoked_at is null and (t.expires_at is null or t.expires_at > $2)))`,
  parameters: [text, timestamp],
  columns: {
    session_id: int8,
    csrf: varchar,
    principal: jsonb,
    rotated_at: timestamp,
    idle_until: timestamp,
    expires_at: timestamp,
    is_current: nullable(bool),
    token_id: nullable(int8),
    roles: nullable(array(text)),
    permissions: nullable(array(text)),
    namespaces: nullable(array(text)),
  },
});

/** Opens a session; deletes those that have ended. */
export const insertSession = statement({
  name: "session_insert",
  text: `
    with ended as (delete from tasker_sessions where expires_at <= $5 or idle_until <= $5)
    insert into tasker_sessions (hash, csrf, principal, token_id, created_at, rotated_at, idle_until, expires_at)
    values ($1, $2, $3, $4, $5, $5, $6, $7) returning session_id`,
  parameters: [varchar, varchar, jsonb, nullable(int8), timestamp, timestamp, timestamp],
  columns: { session_id: int8 },
});

/** Gives a session a new secret, unless somebody has; the old one counts until a moment. */
export const rotateSession = statement({
  name: "session_rotate",
  text: `
    update tasker_sessions set hash = $2, previous_hash = hash, previous_until = $4, rotated_at = $3
    where hash = $1 returning session_id`,
  parameters: [text, varchar, timestamp, timestamp],
  columns: { session_id: int8 },
});

/** Moves on when a session ends for want of use. */
export const touchSession = statement({
  name: "session_touch",
  text: "update tasker_sessions set idle_until = $2 where session_id = $1",
  parameters: [int8, timestamp],
  columns: {},
});

/** Ends the session of a secret. */
export const deleteSession = statement({
  name: "session_delete",
  text: "delete from tasker_sessions where hash = $1 or previous_hash = $1 returning session_id",
  parameters: [text],
  columns: { session_id: int8 },
});
