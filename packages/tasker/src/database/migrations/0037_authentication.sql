-- API tokens and sessions. Of their secrets only the SHA-256 is here, in hexadecimal.

create table tasker_api_tokens (
  token_id bigint generated always as identity primary key,
  name varchar(255) not null,
  -- What the token begins with; it is found by that.
  prefix varchar(12) not null constraint api_token_prefix_unique unique,
  hash varchar(64) not null,
  roles text[] not null,
  permissions text[] not null,
  -- Null: all.
  namespaces text[],
  created_by varchar(255) not null,
  created_at timestamp(6) not null,
  -- Null: never.
  expires_at timestamp(6),
  -- To about a minute.
  last_used_at timestamp(6),
  revoked_at timestamp(6),
  rotated_from bigint references tasker_api_tokens (token_id)
);

create table tasker_sessions (
  session_id bigint generated always as identity primary key,
  hash varchar(64) not null constraint session_hash_unique unique,
  -- The secret before the last rotation, and until when it is taken as well: requests may be under way with it.
  previous_hash varchar(64),
  previous_until timestamp(6),
  -- What requests that change something send besides the cookie.
  csrf varchar(64) not null,
  principal jsonb not null,
  -- Where the session was opened with an API token: it ends with that.
  token_id bigint references tasker_api_tokens (token_id),
  created_at timestamp(6) not null,
  rotated_at timestamp(6) not null,
  -- It ends at the earlier one; the first moves on with use.
  idle_until timestamp(6) not null,
  expires_at timestamp(6) not null
);

create index tasker_sessions_previous on tasker_sessions (previous_hash) where previous_hash is not null;
create index tasker_sessions_expiry on tasker_sessions (expires_at);
