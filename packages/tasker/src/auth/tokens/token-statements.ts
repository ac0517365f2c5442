import { array, int8, nullable, text, timestamp, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import { TOKEN_COLUMNS } from "./api-token.ts";

const COLUMNS = Object.keys(TOKEN_COLUMNS).join(", ");

/** Writes a token. */
export const insertToken = statement({
  name: "token_insert",
  text: `
    insert into tasker_api_tokens
      (name, prefix, hash, roles, permissions, namespaces, created_by, created_at, expires_at, rotated_from)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    returning ${COLUMNS}`,
  parameters: [
    varchar,
    varchar,
    varchar,
    array(text),
    array(text),
    nullable(array(text)),
    varchar,
    timestamp,
    nullable(timestamp),
    nullable(int8),
  ],
  columns: TOKEN_COLUMNS,
});

/** One token with the hash of its secret, by its prefix. */
export const selectToken = statement({
  name: "token_select",
  text: `select hash, ${COLUMNS} from tasker_api_tokens where prefix = $1`,
  parameters: [text],
  columns: { hash: varchar, ...TOKEN_COLUMNS },
});

/** Tokens with ids below $1, newest first, $2 at most; null parameters limit nothing. */
export const selectTokens = statement({
  name: "token_list",
  text: `
    select ${COLUMNS} from tasker_api_tokens
    where $1::int8 is null or token_id < $1::int8 order by token_id desc limit $2::int8`,
  parameters: [nullable(int8), nullable(int8)],
  columns: TOKEN_COLUMNS,
});

/** One token by its id. */
export const selectTokenById = statement({
  name: "token_by_id",
  text: `select ${COLUMNS} from tasker_api_tokens where token_id = $1`,
  parameters: [int8],
  columns: TOKEN_COLUMNS,
});

/** Has a token that is not revoked count no more from a moment on. */
export const revokeTokenRow = statement({
  name: "token_revoke",
  text: `
    update tasker_api_tokens set revoked_at = $2 where token_id = $1 and revoked_at is null returning ${COLUMNS}`,
  parameters: [int8, timestamp],
  columns: TOKEN_COLUMNS,
});

/** Has a token that still counts end at a moment, unless it ends sooner. Gives how it was before. */
export const retireToken = statement({
  name: "token_retire",
  text: `
    with old as (
      select * from tasker_api_tokens
      where token_id = $1 and revoked_at is null and (expires_at is null or expires_at > $2) for update
    ), retired as (
      update tasker_api_tokens t set expires_at = least(t.expires_at, $3) from old where t.token_id = old.token_id
    )
    select ${COLUMNS} from old`,
  parameters: [int8, timestamp, timestamp],
  columns: TOKEN_COLUMNS,
});

/** Notes that a token was used, if that was not noted since a moment. */
export const touchToken = statement({
  name: "token_touch",
  text: `
    update tasker_api_tokens set last_used_at = $2
    where token_id = $1 and (last_used_at is null or last_used_at < $3)`,
  parameters: [int8, timestamp, timestamp],
  columns: {},
});
