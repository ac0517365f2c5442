-- Circuit breakers: one row for each that has ever failed. A closed circuit is written when something fails, never when
-- something succeeds. Changed by compare-and-set on the version; the rules are the engine's.

-- Versions of circuits. From one sequence, so that a circuit that was forgotten and comes again has no version of before.
create sequence tasker_circuit_versions;

create table tasker_circuits (
  namespace varchar(64) not null,
  name varchar(255) not null,
  -- closed, open or half_open
  state varchar(16) not null,
  since timestamp(6) not null,
  -- When an open circuit lets a probe through; null otherwise.
  next_probe_at timestamp(6),
  -- Times of the failures that count, probes under way, successes: what the state needs.
  detail jsonb not null,
  version bigint not null,
  updated_at timestamp(6) not null,
  primary key (namespace, name),
  constraint next_probe_iff_open check ((state = 'open') = (next_probe_at is not null))
);
