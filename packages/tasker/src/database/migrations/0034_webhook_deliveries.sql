-- Every attempt to post an event to a webhook, for whoever looks why something did not arrive. Pruned by age.
create table tasker_webhook_deliveries (
  delivery_id bigint generated always as identity primary key,
  subscriber varchar(255) not null,
  event_id varchar(512) not null,
  event_name varchar(255) not null,
  task_id bigint,
  -- Without what could be a secret.
  url text not null,
  attempt integer not null,
  delivered boolean not null,
  -- Of the answer; null if there was none.
  status integer,
  -- Why it was not delivered.
  error text,
  duration_ms integer not null,
  attempted_at timestamp(6) not null
);

create index tasker_webhook_deliveries_age on tasker_webhook_deliveries (attempted_at);
