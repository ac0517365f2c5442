-- Figures of the whole database, counted now and then by one process for all: metrics, which nobody's work depends on.
create table tasker_figures (
  name varchar(64) primary key,
  -- Null before the first count.
  figures jsonb,
  sampled_at timestamp(6),
  -- When anybody may count again.
  next_at timestamp(6) not null
);
