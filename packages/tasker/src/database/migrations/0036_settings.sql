-- Options of the configuration that were set in the database, for all processes. An option that was unset keeps its row, with
-- the value NULL, so that the greatest version tells whether anything has changed.
create table tasker_settings (
  path varchar(255) primary key,
  value jsonb,
  version bigint not null,
  changed_by varchar(255) not null,
  changed_at timestamp(6) not null
);
