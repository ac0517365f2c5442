-- A cache that all processes share. Not logged: a crash of the server empties it, which costs no more than making the values again.
create unlogged table tasker_cache (
  key varchar(512) primary key,
  -- JSON.
  value text not null,
  expires_at timestamp(6) not null
);

create index tasker_cache_expired on tasker_cache (expires_at);

-- How keys are used, for how long their values are worth keeping; and who makes the value of one.
create unlogged table tasker_cache_use (
  key varchar(512) primary key,
  hit_rate float8 not null,
  generation_seconds float8 not null,
  -- Accesses, each counting less the longer it has been ago.
  recent_accesses float8 not null,
  total_accesses bigint not null,
  cache_hits bigint not null,
  used_at timestamp(6) not null,
  expires_at timestamp(6) not null
);

create index tasker_cache_use_expired on tasker_cache_use (expires_at);

create unlogged table tasker_cache_locks (
  key varchar(512) primary key,
  token varchar(64) not null,
  expires_at timestamp(6) not null
);
