-- columns

ar_internal_metadata
  key character varying not null
  value character varying
  created_at timestamp(6) without time zone not null
  updated_at timestamp(6) without time zone not null

schema_migrations
  version character varying not null

tasker_annotation_types
  annotation_type_id integer not null default nextval('tasker_annotation_types_annotation_type_id_seq'::regclass)
  name character varying(64) not null
  description character varying(255)
  created_at timestamp(6) without time zone not null
  updated_at timestamp(6) without time zone not null

tasker_api_tokens
  token_id bigint not null generated always as identity
  name character varying(255) not null
  prefix character varying(12) not null
  hash character varying(64) not null
  roles text[] not null
  permissions text[] not null
  namespaces text[]
  created_by character varying(255) not null
  created_at timestamp(6) without time zone not null
  expires_at timestamp(6) without time zone
  last_used_at timestamp(6) without time zone
  revoked_at timestamp(6) without time zone
  rotated_from bigint

tasker_audit_log
  id bigint not null generated always as identity
  at timestamp(6) without time zone not null
  actor character varying(255) not null
  actor_kind character varying(16) not null
  source character varying(64) not null
  address character varying(255)
  action character varying(64) not null
  resource character varying(64) not null
  resource_id character varying(255)
  namespace character varying(255)
  request_id character varying(255)
  details jsonb not null

tasker_cache
  key character varying(512) not null
  value text not null
  expires_at timestamp(6) without time zone not null

tasker_cache_locks
  key character varying(512) not null
  token character varying(64) not null
  expires_at timestamp(6) without time zone not null

tasker_cache_use
  key character varying(512) not null
  hit_rate double precision not null
  generation_seconds double precision not null
  recent_accesses double precision not null
  total_accesses bigint not null
  cache_hits bigint not null
  used_at timestamp(6) without time zone not null
  expires_at timestamp(6) without time zone not null

tasker_circuits
  namespace character varying(64) not null
  name character varying(255) not null
  state character varying(16) not null
  since timestamp(6) without time zone not null
  next_probe_at timestamp(6) without time zone
  detail jsonb not null
  version bigint not null
  updated_at timestamp(6) without time zone not null

tasker_dead_letters
  dead_letter_id bigint not null generated always as identity
  subscriber_id integer not null
  task_id bigint
  event_id character varying(512) not null
  event_name character varying(255) not null
  event jsonb not null
  attempts integer not null
  error jsonb
  first_at timestamp(6) without time zone not null
  died_at timestamp(6) without time zone not null

tasker_definitions
  definition_hash character varying(64) not null
  namespace character varying(64) not null
  name character varying(64) not null
  version character varying(16) not null
  definition jsonb not null
  created_at timestamp(6) without time zone not null

tasker_dependent_system_object_maps
  dependent_system_object_map_id bigint not null default nextval('tasker_dependent_system_objec_dependent_system_object_map_i_seq'::regclass)
  dependent_system_one_id integer not null
  dependent_system_two_id integer not null
  remote_id_one character varying(128) not null
  remote_id_two character varying(128) not null
  created_at timestamp(6) without time zone not null
  updated_at timestamp(6) without time zone not null

tasker_dependent_systems
  dependent_system_id integer not null default nextval('tasker_dependent_systems_dependent_system_id_seq'::regclass)
  name character varying(64) not null
  description character varying(255)
  created_at timestamp(6) without time zone not null
  updated_at timestamp(6) without time zone not null

tasker_event_deliveries
  delivery_id bigint not null generated always as identity
  subscriber_id integer not null
  task_id bigint
  event jsonb not null
  attempts integer not null
  due_at timestamp(6) without time zone
  error jsonb
  created_at timestamp(6) without time zone not null

tasker_event_subscribers
  subscriber_id integer not null generated always as identity
  name character varying(255) not null
  filter jsonb not null
  cursor jsonb not null
  next_task_id bigint not null
  next_task_row_id bigint not null
  next_step_row_id bigint not null
  next_event_id bigint not null
  since_at timestamp(6) without time zone
  after_event character varying(512)
  until_at timestamp(6) without time zone
  end_at jsonb
  is_temporary boolean not null default false
  owner character varying(255)
  lease_until timestamp(6) without time zone
  epoch bigint not null default 0
  created_at timestamp(6) without time zone not null
  updated_at timestamp(6) without time zone not null

tasker_events
  id bigint not null generated always as identity
  kind smallint not null
  name character varying(255) not null
  event_id character varying(512) not null
  task_id bigint
  workflow_step_id bigint
  seq bigint
  payload jsonb not null
  occurred_at timestamp(6) without time zone not null
  created_at timestamp(6) without time zone not null

tasker_figures
  name character varying(64) not null
  figures jsonb
  sampled_at timestamp(6) without time zone
  next_at timestamp(6) without time zone not null

tasker_limit_waits
  process_id bigint not null
  group_no bigint not null
  limiter text not null
  waiting integer not null
  oldest_at timestamp(6) without time zone not null
  next_at timestamp(6) without time zone not null

tasker_migrations
  number integer not null
  name character varying not null
  checksum character varying not null
  applied_at timestamp(6) without time zone not null default (now() AT TIME ZONE 'UTC'::text)
  adopted boolean not null default false

tasker_named_steps
  named_step_id integer not null default nextval('tasker_named_steps_named_step_id_seq'::regclass)
  dependent_system_id integer not null
  name character varying(128) not null
  description character varying(255)
  created_at timestamp(6) without time zone not null
  updated_at timestamp(6) without time zone not null

tasker_named_tasks
  named_task_id integer not null default nextval('tasker_named_tasks_named_task_id_seq'::regclass)
  name character varying(64) not null
  description character varying(255)
  created_at timestamp(6) without time zone not null
  updated_at timestamp(6) without time zone not null
  task_namespace_id bigint not null default 1
  version character varying(16) not null default '0.1.0'::character varying
  configuration jsonb default '"{}"'::jsonb

tasker_named_tasks_named_steps
  id integer not null default nextval('tasker_named_tasks_named_steps_id_seq'::regclass)
  named_task_id integer not null
  named_step_id integer not null
  skippable boolean not null default false
  default_retryable boolean not null default true
  default_retry_limit integer not null default 3
  created_at timestamp(6) without time zone not null
  updated_at timestamp(6) without time zone not null

tasker_operator_actions
  action_id bigint not null generated always as identity
  task_id bigint not null
  workflow_step_id bigint
  action character varying(32) not null
  actor character varying(255) not null
  reason text not null
  details jsonb not null
  created_at timestamp(6) without time zone not null

tasker_permits
  process_id bigint not null
  permit_no bigint not null
  limiter text not null
  task_id bigint not null
  workflow_step_id bigint not null
  execution_id character varying(64)
  granted_at timestamp(6) without time zone not null

tasker_processes
  process_id bigint not null generated always as identity
  host character varying(255) not null
  pid integer not null
  engine_version character varying(32) not null
  started_at timestamp(6) without time zone not null
  heartbeat_at timestamp(6) without time zone not null
  lease_ms integer not null
  expires_at timestamp(6) without time zone not null
  progress_at timestamp(6) without time zone not null
  guarded boolean not null default false
  kinds integer[] not null default '{}'::integer[]
  stopped_at timestamp(6) without time zone
  released_at timestamp(6) without time zone
  first_permit_call bigint not null default 0
  spare_slots integer not null default 0
  kind character varying(16) not null default 'engine'::character varying
  name character varying(128)
  language character varying(64)
  handlers character varying(255)[] not null default '{}'::character varying[]
  queues character varying(64)[] not null default '{}'::character varying[]
  namespaces character varying(64)[]
  principal text

tasker_rate_starts
  limiter text not null
  started_at timestamp(6) without time zone not null
  starts integer not null
  ends_at timestamp(6) without time zone not null

tasker_ready_steps
  workflow_step_id bigint not null
  task_id bigint not null
  task_namespace_id integer not null
  named_task_id integer not null
  owner_id bigint not null
  epoch bigint not null
  revision integer not null
  execution_id character varying(64) not null
  attempt integer not null
  timeout_ms bigint
  queue character varying(64) not null default '@engines'::character varying
  handler character varying(255)
  priority bigint not null
  run_at timestamp(6) without time zone not null
  offered_at timestamp(6) without time zone not null

tasker_sessions
  session_id bigint not null generated always as identity
  hash character varying(64) not null
  previous_hash character varying(64)
  previous_until timestamp(6) without time zone
  csrf character varying(64) not null
  principal jsonb not null
  token_id bigint
  created_at timestamp(6) without time zone not null
  rotated_at timestamp(6) without time zone not null
  idle_until timestamp(6) without time zone not null
  expires_at timestamp(6) without time zone not null

tasker_settings
  path character varying(255) not null
  value jsonb
  version bigint not null
  changed_by character varying(255) not null
  changed_at timestamp(6) without time zone not null

tasker_signals
  signal_id bigint not null generated always as identity
  task_namespace_id integer not null
  task_id bigint not null
  name character varying(128) not null
  payload jsonb not null
  sender character varying(128)
  idempotency_key character varying(255)
  received_at timestamp(6) without time zone not null
  consumed_at timestamp(6) without time zone
  consumed_by_step_id bigint

tasker_step_dag_relationships
  workflow_step_id bigint
  task_id bigint
  named_step_id integer
  parent_step_ids jsonb
  child_step_ids jsonb
  parent_count bigint
  child_count bigint
  is_root_step boolean
  is_leaf_step boolean
  min_depth_from_root integer

tasker_step_executions
  execution_id character varying(64) not null
  workflow_step_id bigint not null
  task_id bigint not null
  task_namespace_id integer not null
  owner_id bigint not null
  epoch bigint not null
  attempt integer not null
  process_id bigint not null
  nonce character varying(64)
  state character varying(16) not null
  started_at timestamp(6) without time zone not null
  deadline_at timestamp(6) without time zone
  heartbeat_at timestamp(6) without time zone not null
  silence_ms integer
  finished_at timestamp(6) without time zone
  outcome jsonb
  results jsonb
  progress jsonb
  reason text

tasker_task_annotations
  task_annotation_id bigint not null default nextval('tasker_task_annotations_task_annotation_id_seq'::regclass)
  task_id bigint not null
  annotation_type_id integer not null
  annotation jsonb
  created_at timestamp(6) without time zone not null
  updated_at timestamp(6) without time zone not null

tasker_task_namespaces
  task_namespace_id integer not null default nextval('tasker_task_namespaces_task_namespace_id_seq'::regclass)
  name character varying(64) not null
  description character varying(255)
  created_at timestamp(6) without time zone not null
  updated_at timestamp(6) without time zone not null

tasker_task_runs
  task_id bigint not null
  definition_hash character varying(64) not null
  task_namespace_id integer not null
  named_task_id integer not null
  owner_id bigint not null default 0
  epoch bigint not null default 0
  revision integer not null default 0
  dirty boolean not null default false
  paused boolean not null default false
  resumes_at timestamp(6) without time zone
  parent_task_id bigint
  parent_step_id bigint
  rerun_of bigint
  priority smallint not null default 0
  wake_at timestamp(6) without time zone
  correlation_id character varying(128) not null
  traceparent character varying(55)
  tracestate character varying(512)
  seal character varying(32)

tasker_task_transitions
  id bigint not null default nextval('tasker_task_transitions_id_seq'::regclass)
  to_state character varying not null
  from_state character varying
  metadata jsonb default '{}'::jsonb
  sort_key integer not null
  most_recent boolean not null default true
  task_id bigint not null
  created_at timestamp(6) without time zone not null
  updated_at timestamp(6) without time zone not null

tasker_tasks
  task_id bigint not null default nextval('tasker_tasks_task_id_seq'::regclass)
  named_task_id integer not null
  complete boolean not null default false
  requested_at timestamp without time zone not null
  initiator character varying(128)
  source_system character varying(128)
  reason character varying(128)
  bypass_steps json
  tags jsonb
  context jsonb
  identity_hash character varying(128) not null
  created_at timestamp(6) without time zone not null
  updated_at timestamp(6) without time zone not null

tasker_webhook_deliveries
  delivery_id bigint not null generated always as identity
  subscriber character varying(255) not null
  event_id character varying(512) not null
  event_name character varying(255) not null
  task_id bigint
  url text not null
  attempt integer not null
  delivered boolean not null
  status integer
  error text
  duration_ms integer not null
  attempted_at timestamp(6) without time zone not null

tasker_workflow_step_edges
  id bigint not null default nextval('tasker_workflow_step_edges_id_seq'::regclass)
  from_step_id bigint not null
  to_step_id bigint not null
  name character varying not null
  created_at timestamp(6) without time zone not null
  updated_at timestamp(6) without time zone not null

tasker_workflow_step_transitions
  id bigint not null default nextval('tasker_workflow_step_transitions_id_seq'::regclass)
  to_state character varying not null
  from_state character varying
  metadata jsonb default '{}'::jsonb
  sort_key integer not null
  most_recent boolean not null default true
  workflow_step_id bigint not null
  created_at timestamp(6) without time zone not null
  updated_at timestamp(6) without time zone not null

tasker_workflow_steps
  workflow_step_id bigint not null default nextval('tasker_workflow_steps_workflow_step_id_seq'::regclass)
  task_id bigint not null
  named_step_id integer not null
  retryable boolean not null default true
  retry_limit integer default 3
  in_process boolean not null default false
  processed boolean not null default false
  processed_at timestamp without time zone
  attempts integer
  last_attempted_at timestamp without time zone
  backoff_request_seconds integer
  inputs jsonb
  results jsonb
  created_at timestamp(6) without time zone not null
  updated_at timestamp(6) without time zone not null
  skippable boolean not null default false

-- options

tasker_task_runs
  fillfactor=70

tasker_tasks
  fillfactor=50

tasker_workflow_steps
  fillfactor=50

-- constraints

ar_internal_metadata
  ar_internal_metadata_pkey PRIMARY KEY (key)

schema_migrations
  schema_migrations_pkey PRIMARY KEY (version)

tasker_annotation_types
  tasker_annotation_types_pkey PRIMARY KEY (annotation_type_id)

tasker_api_tokens
  api_token_prefix_unique UNIQUE (prefix)
  tasker_api_tokens_pkey PRIMARY KEY (token_id)
  tasker_api_tokens_rotated_from_fkey FOREIGN KEY (rotated_from) REFERENCES tasker_api_tokens(token_id)

tasker_audit_log
  tasker_audit_log_pkey PRIMARY KEY (id)

tasker_cache
  tasker_cache_pkey PRIMARY KEY (key)

tasker_cache_locks
  tasker_cache_locks_pkey PRIMARY KEY (key)

tasker_cache_use
  tasker_cache_use_pkey PRIMARY KEY (key)

tasker_circuits
  next_probe_iff_open CHECK ((((state)::text = 'open'::text) = (next_probe_at IS NOT NULL)))
  tasker_circuits_pkey PRIMARY KEY (namespace, name)

tasker_dead_letters
  tasker_dead_letters_pkey PRIMARY KEY (dead_letter_id)
  tasker_dead_letters_subscriber_id_fkey FOREIGN KEY (subscriber_id) REFERENCES tasker_event_subscribers(subscriber_id) ON DELETE CASCADE

tasker_definitions
  tasker_definitions_pkey PRIMARY KEY (definition_hash)

tasker_dependent_system_object_maps
  dependent_system_object_maps_dependent_system_one_id_foreign FOREIGN KEY (dependent_system_one_id) REFERENCES tasker_dependent_systems(dependent_system_id)
  dependent_system_object_maps_dependent_system_two_id_foreign FOREIGN KEY (dependent_system_two_id) REFERENCES tasker_dependent_systems(dependent_system_id)
  tasker_dependent_system_object_maps_pkey PRIMARY KEY (dependent_system_object_map_id)

tasker_dependent_systems
  tasker_dependent_systems_pkey PRIMARY KEY (dependent_system_id)

tasker_event_deliveries
  tasker_event_deliveries_pkey PRIMARY KEY (delivery_id)
  tasker_event_deliveries_subscriber_id_fkey FOREIGN KEY (subscriber_id) REFERENCES tasker_event_subscribers(subscriber_id) ON DELETE CASCADE

tasker_event_subscribers
  event_subscriber_name_unique UNIQUE (name)
  tasker_event_subscribers_pkey PRIMARY KEY (subscriber_id)

tasker_events
  known_kind CHECK ((kind = ANY (ARRAY[0, 1])))
  tasker_events_pkey PRIMARY KEY (id)
  tasker_events_task_id_fkey FOREIGN KEY (task_id) REFERENCES tasker_tasks(task_id) ON DELETE CASCADE

tasker_figures
  tasker_figures_pkey PRIMARY KEY (name)

tasker_limit_waits
  tasker_limit_waits_pkey PRIMARY KEY (process_id, group_no)

tasker_migrations
  tasker_migrations_pkey PRIMARY KEY (number)

tasker_named_steps
  named_steps_dependent_system_id_foreign FOREIGN KEY (dependent_system_id) REFERENCES tasker_dependent_systems(dependent_system_id)
  tasker_named_steps_pkey PRIMARY KEY (named_step_id)

tasker_named_tasks
  fk_rails_16a0297759 FOREIGN KEY (task_namespace_id) REFERENCES tasker_task_namespaces(task_namespace_id)
  tasker_named_tasks_pkey PRIMARY KEY (named_task_id)

tasker_named_tasks_named_steps
  named_tasks_named_steps_named_step_id_foreign FOREIGN KEY (named_step_id) REFERENCES tasker_named_steps(named_step_id)
  named_tasks_named_steps_named_task_id_foreign FOREIGN KEY (named_task_id) REFERENCES tasker_named_tasks(named_task_id)
  tasker_named_tasks_named_steps_pkey PRIMARY KEY (id)

tasker_operator_actions
  tasker_operator_actions_pkey PRIMARY KEY (action_id)
  tasker_operator_actions_task_id_fkey FOREIGN KEY (task_id) REFERENCES tasker_tasks(task_id) ON DELETE CASCADE

tasker_permits
  tasker_permits_pkey PRIMARY KEY (process_id, permit_no, limiter)

tasker_processes
  known_kind CHECK ((((kind)::text = 'engine'::text) OR ((kind)::text = 'worker'::text)))
  released_only_after_stop CHECK (((released_at IS NULL) OR (stopped_at IS NOT NULL)))
  tasker_processes_pkey PRIMARY KEY (process_id)

tasker_rate_starts
  tasker_rate_starts_pkey PRIMARY KEY (limiter, started_at)

tasker_ready_steps
  tasker_ready_steps_pkey PRIMARY KEY (workflow_step_id)
  tasker_ready_steps_task_id_fkey FOREIGN KEY (task_id) REFERENCES tasker_tasks(task_id) ON DELETE CASCADE

tasker_sessions
  session_hash_unique UNIQUE (hash)
  tasker_sessions_pkey PRIMARY KEY (session_id)
  tasker_sessions_token_id_fkey FOREIGN KEY (token_id) REFERENCES tasker_api_tokens(token_id)

tasker_settings
  tasker_settings_pkey PRIMARY KEY (path)

tasker_signals
  consumed_by_a_step CHECK (((consumed_at IS NULL) = (consumed_by_step_id IS NULL)))
  tasker_signals_pkey PRIMARY KEY (signal_id)
  tasker_signals_task_id_fkey FOREIGN KEY (task_id) REFERENCES tasker_tasks(task_id) ON DELETE CASCADE

tasker_step_executions
  known_state CHECK (((state)::text = ANY ((ARRAY['running'::character varying, 'finished'::character varying, 'revoked'::character varying, 'refused'::character varying])::text[])))
  outcome_iff_over CHECK (((outcome IS NULL) = ((state)::text = ANY ((ARRAY['running'::character varying, 'revoked'::character varying])::text[]))))
  tasker_step_executions_pkey PRIMARY KEY (execution_id)
  tasker_step_executions_task_id_fkey FOREIGN KEY (task_id) REFERENCES tasker_tasks(task_id) ON DELETE CASCADE

tasker_task_annotations
  task_annotations_annotation_type_id_foreign FOREIGN KEY (annotation_type_id) REFERENCES tasker_annotation_types(annotation_type_id)
  task_annotations_task_id_foreign FOREIGN KEY (task_id) REFERENCES tasker_tasks(task_id)
  tasker_task_annotations_pkey PRIMARY KEY (task_annotation_id)

tasker_task_namespaces
  tasker_task_namespaces_pkey PRIMARY KEY (task_namespace_id)

tasker_task_runs
  tasker_task_runs_pkey PRIMARY KEY (task_id)
  tasker_task_runs_task_id_fkey FOREIGN KEY (task_id) REFERENCES tasker_tasks(task_id) ON DELETE CASCADE

tasker_task_transitions
  fk_rails_e8caec803c FOREIGN KEY (task_id) REFERENCES tasker_tasks(task_id)
  tasker_task_transitions_pkey PRIMARY KEY (id)

tasker_tasks
  tasker_tasks_pkey PRIMARY KEY (task_id)
  tasks_named_task_id_foreign FOREIGN KEY (named_task_id) REFERENCES tasker_named_tasks(named_task_id)

tasker_webhook_deliveries
  tasker_webhook_deliveries_pkey PRIMARY KEY (delivery_id)

tasker_workflow_step_edges
  fk_rails_7b4652ccf2 FOREIGN KEY (from_step_id) REFERENCES tasker_workflow_steps(workflow_step_id)
  fk_rails_93ec0bf6eb FOREIGN KEY (to_step_id) REFERENCES tasker_workflow_steps(workflow_step_id)
  tasker_workflow_step_edges_pkey PRIMARY KEY (id)

tasker_workflow_step_transitions
  fk_rails_6e0f6eb833 FOREIGN KEY (workflow_step_id) REFERENCES tasker_workflow_steps(workflow_step_id)
  tasker_workflow_step_transitions_pkey PRIMARY KEY (id)

tasker_workflow_steps
  tasker_workflow_steps_pkey PRIMARY KEY (workflow_step_id)
  workflow_steps_named_step_id_foreign FOREIGN KEY (named_step_id) REFERENCES tasker_named_steps(named_step_id)
  workflow_steps_task_id_foreign FOREIGN KEY (task_id) REFERENCES tasker_tasks(task_id)

-- indexes

ar_internal_metadata
  CREATE UNIQUE INDEX ar_internal_metadata_pkey ON public.ar_internal_metadata USING btree (key)

schema_migrations
  CREATE UNIQUE INDEX schema_migrations_pkey ON public.schema_migrations USING btree (version)

tasker_annotation_types
  CREATE UNIQUE INDEX annotation_types_name_unique ON public.tasker_annotation_types USING btree (name)
  CREATE UNIQUE INDEX tasker_annotation_types_pkey ON public.tasker_annotation_types USING btree (annotation_type_id)

tasker_api_tokens
  CREATE UNIQUE INDEX api_token_prefix_unique ON public.tasker_api_tokens USING btree (prefix)
  CREATE UNIQUE INDEX tasker_api_tokens_pkey ON public.tasker_api_tokens USING btree (token_id)

tasker_audit_log
  CREATE INDEX tasker_audit_log_actor ON public.tasker_audit_log USING btree (actor, id)
  CREATE INDEX tasker_audit_log_at ON public.tasker_audit_log USING btree (at)
  CREATE UNIQUE INDEX tasker_audit_log_pkey ON public.tasker_audit_log USING btree (id)
  CREATE INDEX tasker_audit_log_resource ON public.tasker_audit_log USING btree (resource, resource_id, id)

tasker_cache
  CREATE INDEX tasker_cache_expired ON public.tasker_cache USING btree (expires_at)
  CREATE UNIQUE INDEX tasker_cache_pkey ON public.tasker_cache USING btree (key)

tasker_cache_locks
  CREATE UNIQUE INDEX tasker_cache_locks_pkey ON public.tasker_cache_locks USING btree (key)

tasker_cache_use
  CREATE INDEX tasker_cache_use_expired ON public.tasker_cache_use USING btree (expires_at)
  CREATE UNIQUE INDEX tasker_cache_use_pkey ON public.tasker_cache_use USING btree (key)

tasker_circuits
  CREATE UNIQUE INDEX tasker_circuits_pkey ON public.tasker_circuits USING btree (namespace, name)

tasker_dead_letters
  CREATE INDEX tasker_dead_letters_of ON public.tasker_dead_letters USING btree (subscriber_id, dead_letter_id)
  CREATE UNIQUE INDEX tasker_dead_letters_pkey ON public.tasker_dead_letters USING btree (dead_letter_id)

tasker_definitions
  CREATE UNIQUE INDEX tasker_definitions_pkey ON public.tasker_definitions USING btree (definition_hash)

tasker_dependent_system_object_maps
  CREATE UNIQUE INDEX dependent_system_object_maps_dependent_system_one_id_dependent_ ON public.tasker_dependent_system_object_maps USING btree (dependent_system_one_id, dependent_system_two_id, remote_id_one, remote_id_two)
  CREATE INDEX dependent_system_object_maps_dependent_system_two_id_index ON public.tasker_dependent_system_object_maps USING btree (dependent_system_two_id)
  CREATE INDEX dependent_system_object_maps_remote_id_one_index ON public.tasker_dependent_system_object_maps USING btree (remote_id_one)
  CREATE INDEX dependent_system_object_maps_remote_id_two_index ON public.tasker_dependent_system_object_maps USING btree (remote_id_two)
  CREATE UNIQUE INDEX tasker_dependent_system_object_maps_pkey ON public.tasker_dependent_system_object_maps USING btree (dependent_system_object_map_id)

tasker_dependent_systems
  CREATE UNIQUE INDEX dependent_systems_name_unique ON public.tasker_dependent_systems USING btree (name)
  CREATE UNIQUE INDEX tasker_dependent_systems_pkey ON public.tasker_dependent_systems USING btree (dependent_system_id)

tasker_event_deliveries
  CREATE INDEX tasker_event_deliveries_due ON public.tasker_event_deliveries USING btree (subscriber_id, due_at) WHERE (due_at IS NOT NULL)
  CREATE INDEX tasker_event_deliveries_line ON public.tasker_event_deliveries USING btree (subscriber_id, task_id, delivery_id)
  CREATE UNIQUE INDEX tasker_event_deliveries_pkey ON public.tasker_event_deliveries USING btree (delivery_id)

tasker_event_subscribers
  CREATE UNIQUE INDEX event_subscriber_name_unique ON public.tasker_event_subscribers USING btree (name)
  CREATE UNIQUE INDEX tasker_event_subscribers_pkey ON public.tasker_event_subscribers USING btree (subscriber_id)

tasker_events
  CREATE INDEX tasker_events_event ON public.tasker_events USING hash (event_id)
  CREATE INDEX tasker_events_loose ON public.tasker_events USING btree (created_at) WHERE (task_id IS NULL)
  CREATE UNIQUE INDEX tasker_events_pkey ON public.tasker_events USING btree (id)
  CREATE INDEX tasker_events_task ON public.tasker_events USING btree (task_id)

tasker_figures
  CREATE UNIQUE INDEX tasker_figures_pkey ON public.tasker_figures USING btree (name)

tasker_limit_waits
  CREATE INDEX tasker_limit_waits_limiter ON public.tasker_limit_waits USING btree (limiter)
  CREATE UNIQUE INDEX tasker_limit_waits_pkey ON public.tasker_limit_waits USING btree (process_id, group_no)

tasker_migrations
  CREATE UNIQUE INDEX tasker_migrations_pkey ON public.tasker_migrations USING btree (number)

tasker_named_steps
  CREATE UNIQUE INDEX named_step_by_system_uniq ON public.tasker_named_steps USING btree (dependent_system_id, name)
  CREATE INDEX named_steps_name_index ON public.tasker_named_steps USING btree (name)
  CREATE UNIQUE INDEX tasker_named_steps_pkey ON public.tasker_named_steps USING btree (named_step_id)

tasker_named_tasks
  CREATE UNIQUE INDEX named_tasks_namespace_name_version_unique ON public.tasker_named_tasks USING btree (task_namespace_id, name, version)
  CREATE UNIQUE INDEX tasker_named_tasks_pkey ON public.tasker_named_tasks USING btree (named_task_id)

tasker_named_tasks_named_steps
  CREATE INDEX named_tasks_named_steps_named_step_id_index ON public.tasker_named_tasks_named_steps USING btree (named_step_id)
  CREATE UNIQUE INDEX named_tasks_steps_ids_unique ON public.tasker_named_tasks_named_steps USING btree (named_task_id, named_step_id)
  CREATE UNIQUE INDEX tasker_named_tasks_named_steps_pkey ON public.tasker_named_tasks_named_steps USING btree (id)

tasker_operator_actions
  CREATE UNIQUE INDEX tasker_operator_actions_pkey ON public.tasker_operator_actions USING btree (action_id)
  CREATE INDEX tasker_operator_actions_task ON public.tasker_operator_actions USING btree (task_id, action_id)

tasker_permits
  CREATE INDEX tasker_permits_limiter ON public.tasker_permits USING btree (limiter)
  CREATE INDEX tasker_permits_outside ON public.tasker_permits USING btree (task_id) WHERE (execution_id IS NOT NULL)
  CREATE UNIQUE INDEX tasker_permits_pkey ON public.tasker_permits USING btree (process_id, permit_no, limiter)

tasker_processes
  CREATE UNIQUE INDEX tasker_processes_pkey ON public.tasker_processes USING btree (process_id)
  CREATE INDEX tasker_processes_unreleased ON public.tasker_processes USING btree (process_id) WHERE (released_at IS NULL)

tasker_rate_starts
  CREATE INDEX tasker_rate_starts_ended ON public.tasker_rate_starts USING btree (ends_at)
  CREATE UNIQUE INDEX tasker_rate_starts_pkey ON public.tasker_rate_starts USING btree (limiter, started_at)

tasker_ready_steps
  CREATE INDEX tasker_ready_steps_handler ON public.tasker_ready_steps USING btree (queue, handler, priority DESC, run_at) WHERE (handler IS NOT NULL)
  CREATE INDEX tasker_ready_steps_next ON public.tasker_ready_steps USING btree (queue, named_task_id, priority DESC, run_at)
  CREATE UNIQUE INDEX tasker_ready_steps_pkey ON public.tasker_ready_steps USING btree (workflow_step_id)
  CREATE INDEX tasker_ready_steps_task ON public.tasker_ready_steps USING btree (task_id)

tasker_sessions
  CREATE UNIQUE INDEX session_hash_unique ON public.tasker_sessions USING btree (hash)
  CREATE INDEX tasker_sessions_expiry ON public.tasker_sessions USING btree (expires_at)
  CREATE UNIQUE INDEX tasker_sessions_pkey ON public.tasker_sessions USING btree (session_id)
  CREATE INDEX tasker_sessions_previous ON public.tasker_sessions USING btree (previous_hash) WHERE (previous_hash IS NOT NULL)

tasker_settings
  CREATE UNIQUE INDEX tasker_settings_pkey ON public.tasker_settings USING btree (path)

tasker_signals
  CREATE INDEX tasker_signals_of_task ON public.tasker_signals USING btree (task_id, signal_id)
  CREATE UNIQUE INDEX tasker_signals_once ON public.tasker_signals USING btree (task_id, idempotency_key) WHERE (idempotency_key IS NOT NULL)
  CREATE UNIQUE INDEX tasker_signals_pkey ON public.tasker_signals USING btree (signal_id)

tasker_step_executions
  CREATE INDEX tasker_step_executions_owner ON public.tasker_step_executions USING btree (owner_id) WHERE ((state)::text = ANY ((ARRAY['running'::character varying, 'finished'::character varying])::text[]))
  CREATE UNIQUE INDEX tasker_step_executions_pkey ON public.tasker_step_executions USING btree (execution_id)
  CREATE INDEX tasker_step_executions_process ON public.tasker_step_executions USING btree (process_id) WHERE ((state)::text = 'running'::text)
  CREATE INDEX tasker_step_executions_task ON public.tasker_step_executions USING btree (task_id)

tasker_task_annotations
  CREATE INDEX task_annotations_annotation_type_id_index ON public.tasker_task_annotations USING btree (annotation_type_id)
  CREATE INDEX task_annotations_task_id_index ON public.tasker_task_annotations USING btree (task_id)
  CREATE UNIQUE INDEX tasker_task_annotations_pkey ON public.tasker_task_annotations USING btree (task_annotation_id)

tasker_task_namespaces
  CREATE UNIQUE INDEX task_namespaces_name_unique ON public.tasker_task_namespaces USING btree (name)
  CREATE UNIQUE INDEX tasker_task_namespaces_pkey ON public.tasker_task_namespaces USING btree (task_namespace_id)

tasker_task_runs
  CREATE INDEX tasker_task_runs_children ON public.tasker_task_runs USING btree (parent_task_id) WHERE (parent_task_id IS NOT NULL)
  CREATE INDEX tasker_task_runs_correlation ON public.tasker_task_runs USING hash (correlation_id)
  CREATE INDEX tasker_task_runs_dirty ON public.tasker_task_runs USING btree (owner_id) WHERE dirty
  CREATE INDEX tasker_task_runs_live ON public.tasker_task_runs USING btree (owner_id, named_task_id, priority DESC, wake_at) WHERE (wake_at IS NOT NULL)
  CREATE INDEX tasker_task_runs_paused ON public.tasker_task_runs USING btree (task_id) WHERE paused
  CREATE UNIQUE INDEX tasker_task_runs_pkey ON public.tasker_task_runs USING btree (task_id)

tasker_task_transitions
  CREATE UNIQUE INDEX index_tasker_task_transitions_on_task_id_and_most_recent ON public.tasker_task_transitions USING btree (task_id, most_recent) WHERE (most_recent = true)
  CREATE UNIQUE INDEX index_tasker_task_transitions_on_task_id_and_sort_key ON public.tasker_task_transitions USING btree (task_id, sort_key)
  CREATE INDEX tasker_task_transitions_ended ON public.tasker_task_transitions USING btree (to_state, task_id) WHERE (most_recent AND ((to_state)::text = ANY (ARRAY['error'::text, 'cancelled'::text, 'resolved_manually'::text])))
  CREATE UNIQUE INDEX tasker_task_transitions_pkey ON public.tasker_task_transitions USING btree (id)

tasker_tasks
  CREATE UNIQUE INDEX index_tasks_on_identity_hash ON public.tasker_tasks USING btree (identity_hash)
  CREATE INDEX tasker_tasks_by_named_task ON public.tasker_tasks USING btree (named_task_id, task_id)
  CREATE UNIQUE INDEX tasker_tasks_pkey ON public.tasker_tasks USING btree (task_id)
  CREATE INDEX tasks_requested_at_index ON public.tasker_tasks USING btree (requested_at)

tasker_webhook_deliveries
  CREATE INDEX tasker_webhook_deliveries_age ON public.tasker_webhook_deliveries USING btree (attempted_at)
  CREATE UNIQUE INDEX tasker_webhook_deliveries_pkey ON public.tasker_webhook_deliveries USING btree (delivery_id)

tasker_workflow_step_edges
  CREATE INDEX idx_step_edges_from_to ON public.tasker_workflow_step_edges USING btree (from_step_id, to_step_id)
  CREATE INDEX idx_step_edges_to_from ON public.tasker_workflow_step_edges USING btree (to_step_id, from_step_id)
  CREATE UNIQUE INDEX tasker_workflow_step_edges_pkey ON public.tasker_workflow_step_edges USING btree (id)

tasker_workflow_step_transitions
  CREATE UNIQUE INDEX idx_on_workflow_step_id_most_recent_97d5374ad6 ON public.tasker_workflow_step_transitions USING btree (workflow_step_id, most_recent) WHERE (most_recent = true)
  CREATE UNIQUE INDEX idx_on_workflow_step_id_sort_key_4d476d7adb ON public.tasker_workflow_step_transitions USING btree (workflow_step_id, sort_key)
  CREATE UNIQUE INDEX tasker_workflow_step_transitions_pkey ON public.tasker_workflow_step_transitions USING btree (id)

tasker_workflow_steps
  CREATE UNIQUE INDEX tasker_workflow_steps_pkey ON public.tasker_workflow_steps USING btree (workflow_step_id)
  CREATE INDEX workflow_steps_named_step_id_index ON public.tasker_workflow_steps USING btree (named_step_id)
  CREATE INDEX workflow_steps_task_id_index ON public.tasker_workflow_steps USING btree (task_id)

-- sequences

tasker_annotation_types_annotation_type_id_seq
  integer start 1 increment 1 minimum 1 maximum 2147483647 cache 1 owned by tasker_annotation_types.annotation_type_id

tasker_api_tokens_token_id_seq
  bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1 owned by tasker_api_tokens.token_id

tasker_audit_log_id_seq
  bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1 owned by tasker_audit_log.id

tasker_circuit_versions
  bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1

tasker_commit_seq
  bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1

tasker_dead_letters_dead_letter_id_seq
  bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1 owned by tasker_dead_letters.dead_letter_id

tasker_dependent_system_objec_dependent_system_object_map_i_seq
  bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1 owned by tasker_dependent_system_object_maps.dependent_system_object_map_id

tasker_dependent_systems_dependent_system_id_seq
  integer start 1 increment 1 minimum 1 maximum 2147483647 cache 1 owned by tasker_dependent_systems.dependent_system_id

tasker_epochs
  bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1

tasker_event_deliveries_delivery_id_seq
  bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1 owned by tasker_event_deliveries.delivery_id

tasker_event_subscribers_subscriber_id_seq
  integer start 1 increment 1 minimum 1 maximum 2147483647 cache 1 owned by tasker_event_subscribers.subscriber_id

tasker_events_id_seq
  bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1 owned by tasker_events.id

tasker_named_steps_named_step_id_seq
  integer start 1 increment 1 minimum 1 maximum 2147483647 cache 1 owned by tasker_named_steps.named_step_id

tasker_named_tasks_named_steps_id_seq
  integer start 1 increment 1 minimum 1 maximum 2147483647 cache 1 owned by tasker_named_tasks_named_steps.id

tasker_named_tasks_named_task_id_seq
  integer start 1 increment 1 minimum 1 maximum 2147483647 cache 1 owned by tasker_named_tasks.named_task_id

tasker_operator_actions_action_id_seq
  bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1 owned by tasker_operator_actions.action_id

tasker_processes_process_id_seq
  bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1 owned by tasker_processes.process_id

tasker_sessions_session_id_seq
  bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1 owned by tasker_sessions.session_id

tasker_signals_signal_id_seq
  bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1 owned by tasker_signals.signal_id

tasker_task_annotations_task_annotation_id_seq
  bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1 owned by tasker_task_annotations.task_annotation_id

tasker_task_namespaces_task_namespace_id_seq
  integer start 1 increment 1 minimum 1 maximum 2147483647 cache 1 owned by tasker_task_namespaces.task_namespace_id

tasker_task_transitions_id_seq
  bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1 owned by tasker_task_transitions.id

tasker_tasks_task_id_seq
  bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1 owned by tasker_tasks.task_id

tasker_webhook_deliveries_delivery_id_seq
  bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1 owned by tasker_webhook_deliveries.delivery_id

tasker_workflow_step_edges_id_seq
  bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1 owned by tasker_workflow_step_edges.id

tasker_workflow_step_transitions_id_seq
  bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1 owned by tasker_workflow_step_transitions.id

tasker_workflow_steps_workflow_step_id_seq
  bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1 owned by tasker_workflow_steps.workflow_step_id

-- functions

calculate_dependency_levels
  (input_task_id bigint) returns TABLE(workflow_step_id bigint, dependency_level integer)

get_analytics_metrics_v01
  (since_timestamp timestamp with time zone DEFAULT NULL::timestamp with time zone) returns TABLE(active_tasks_count bigint, total_namespaces_count bigint, unique_task_types_count bigint, system_health_score numeric, task_throughput bigint, completion_count bigint, error_count bigint, completion_rate numeric, error_rate numeric, avg_task_duration numeric, avg_step_duration numeric, step_throughput bigint, analysis_period_start timestamp with time zone, calculated_at timestamp with time zone)

get_slowest_steps_v01
  (since_timestamp timestamp with time zone DEFAULT NULL::timestamp with time zone, limit_count integer DEFAULT 10, namespace_filter text DEFAULT NULL::text, task_name_filter text DEFAULT NULL::text, version_filter text DEFAULT NULL::text) returns TABLE(workflow_step_id bigint, task_id bigint, step_name character varying, task_name character varying, namespace_name character varying, version character varying, duration_seconds numeric, attempts integer, created_at timestamp with time zone, completed_at timestamp with time zone, retryable boolean, step_status character varying)

get_slowest_tasks_v01
  (since_timestamp timestamp with time zone DEFAULT NULL::timestamp with time zone, limit_count integer DEFAULT 10, namespace_filter text DEFAULT NULL::text, task_name_filter text DEFAULT NULL::text, version_filter text DEFAULT NULL::text) returns TABLE(task_id bigint, task_name character varying, namespace_name character varying, version character varying, duration_seconds numeric, step_count bigint, completed_steps bigint, error_steps bigint, created_at timestamp with time zone, completed_at timestamp with time zone, initiator character varying, source_system character varying)

get_step_readiness_status
  (input_task_id bigint, step_ids bigint[] DEFAULT NULL::bigint[]) returns TABLE(workflow_step_id bigint, task_id bigint, named_step_id integer, name text, current_state text, dependencies_satisfied boolean, retry_eligible boolean, ready_for_execution boolean, last_failure_at timestamp without time zone, next_retry_at timestamp without time zone, total_parents integer, completed_parents integer, attempts integer, retry_limit integer, backoff_request_seconds integer, last_attempted_at timestamp without time zone)

get_step_readiness_status_batch
  (input_task_ids bigint[]) returns TABLE(workflow_step_id bigint, task_id bigint, named_step_id integer, name text, current_state text, dependencies_satisfied boolean, retry_eligible boolean, ready_for_execution boolean, last_failure_at timestamp without time zone, next_retry_at timestamp without time zone, total_parents integer, completed_parents integer, attempts integer, retry_limit integer, backoff_request_seconds integer, last_attempted_at timestamp without time zone)

get_system_health_counts_v01
  () returns TABLE(total_tasks bigint, pending_tasks bigint, in_progress_tasks bigint, complete_tasks bigint, error_tasks bigint, cancelled_tasks bigint, total_steps bigint, pending_steps bigint, in_progress_steps bigint, complete_steps bigint, error_steps bigint, retryable_error_steps bigint, exhausted_retry_steps bigint, in_backoff_steps bigint, active_connections bigint, max_connections bigint)

get_task_execution_context
  (input_task_id bigint) returns TABLE(task_id bigint, named_task_id integer, status text, total_steps bigint, pending_steps bigint, in_progress_steps bigint, completed_steps bigint, failed_steps bigint, ready_steps bigint, execution_status text, recommended_action text, completion_percentage numeric, health_status text)

get_task_execution_contexts_batch
  (input_task_ids bigint[]) returns TABLE(task_id bigint, named_task_id integer, status text, total_steps bigint, pending_steps bigint, in_progress_steps bigint, completed_steps bigint, failed_steps bigint, ready_steps bigint, execution_status text, recommended_action text, completion_percentage numeric, health_status text)

tasker_act_on_step
  (p_task_id bigint, p_action text, p_step_id bigint, p_step_name text, p_now timestamp without time zone, p_note jsonb, p_options jsonb) returns TABLE(outcome text, code text, step_id bigint, step_name character varying, moved integer, owner_id bigint, revision integer, first_seq bigint, last_seq bigint) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_act_on_task
  (p_task_id bigint, p_action text, p_step_id bigint, p_step_name text, p_now timestamp without time zone, p_note jsonb) returns TABLE(outcome text, code text, step_id bigint, step_name character varying, moved integer, owner_id bigint, revision integer, first_seq bigint, last_seq bigint) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_adopt
  (p_now timestamp without time zone, p_kinds integer[], p_namespaces integer[], p_hashes text[], p_sources text[], p_in_progress boolean, p_after bigint[], p_upto bigint[], p_reopen boolean) returns TABLE(adopted bigint, reopened bigint, next_task_id bigint) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC, lock_timeout=1s

tasker_adopt_executions
  (p_owner bigint, p_task_ids bigint[]) returns TABLE(execution_id character varying, workflow_step_id bigint, task_id bigint, attempt integer, process_id bigint, timeout_ms bigint, started_at timestamp without time zone, outcome jsonb, results text) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_advance_subscriber
  (p_subscriber integer, p_epoch bigint, p_now timestamp without time zone, p_cursor jsonb, p_next bigint[], p_failed json) returns bigint[] set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_audit_action
  (p_outcome text, p_task_id bigint, p_step_id bigint, p_step_name character varying, p_new_task_id bigint, p_now timestamp without time zone, p_note jsonb, p_origin jsonb) returns void set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_beat_executions
  (p_process bigint, p_executions character varying[]) returns TABLE(execution_id character varying) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_beat_worker
  (p_worker bigint, p_items json, p_namespaces character varying[]) returns TABLE(execution_id character varying, state character varying, reason text, step_state character varying) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_cancel_children
  (p_task_id bigint, p_step_id bigint, p_now timestamp without time zone, p_note jsonb) returns void set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_claim
  (p_owner bigint, p_kinds integer[], p_kept integer[], p_shared integer, p_limit integer, p_now timestamp without time zone) returns TABLE(task_id bigint, raised integer) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_commit
  (p_owner bigint, p_now timestamp without time zone, p_counts integer[], p_tasks bigint[], p_task_epochs bigint[], p_task_revisions integer[], p_task_outcomes integer[], p_task_moves integer[], p_task_bases integer[], p_task_completes boolean[], p_task_releases boolean[], p_task_wakes timestamp without time zone[], p_step_tasks bigint[], p_steps bigint[], p_step_places integer[], p_step_bases integer[], p_step_keys integer[], p_step_froms text[], p_step_tos text[], p_step_metadata text[], p_step_attempts integer[], p_step_backoffs integer[], p_step_results text[], p_step_retryable boolean[], p_row_tasks bigint[], p_row_places integer[], p_row_firsts boolean[], p_row_keys integer[], p_row_froms text[], p_row_tos text[], p_row_metadata text[], p_row_lasts boolean[], p_extra json, p_annotations json, p_outside json) returns TABLE(refused_task_id bigint) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC, lock_timeout=5s

tasker_commit_adding
  (p_owner bigint, p_now timestamp without time zone, p_counts integer[], p_tasks bigint[], p_task_epochs bigint[], p_task_revisions integer[], p_task_outcomes integer[], p_task_moves integer[], p_task_bases integer[], p_task_completes boolean[], p_task_releases boolean[], p_task_wakes timestamp without time zone[], p_step_tasks bigint[], p_steps bigint[], p_step_places integer[], p_step_bases integer[], p_step_keys integer[], p_step_froms text[], p_step_tos text[], p_step_metadata text[], p_step_attempts integer[], p_step_backoffs integer[], p_step_results text[], p_step_retryable boolean[], p_row_tasks bigint[], p_row_places integer[], p_row_firsts boolean[], p_row_keys integer[], p_row_froms text[], p_row_tos text[], p_row_metadata text[], p_row_lasts boolean[], p_extra json, p_annotations json, p_outside json, p_added_tasks bigint[], p_added_steps json, p_edges_from bigint[], p_edges_to bigint[]) returns TABLE(refused_task_id bigint, added_step_ids bigint[]) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC, lock_timeout=5s

tasker_commit_one
  (p_owner bigint, p_now timestamp without time zone, p_task bigint, p_epoch bigint, p_revision integer, p_ended bigint, p_ended_base integer, p_ended_key integer, p_ended_to text, p_ended_metadata text, p_ended_attempts integer, p_backoff integer, p_results jsonb, p_retryable boolean, p_begun bigint, p_begun_key integer, p_begun_metadata text, p_begun_attempts integer, p_task_base integer, p_task_key integer, p_task_from text, p_task_to text, p_task_metadata text, p_completes boolean, p_releases boolean, p_wake timestamp without time zone, p_events json) returns TABLE(refused_task_id bigint) set enable_seqscan=off, enable_bitmapscan=off, jit=off, plan_cache_mode=force_generic_plan, lock_timeout=5s

tasker_due
  (p_owner bigint, p_kinds integer[], p_now timestamp without time zone) returns boolean set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_execution_context
  (input_task_id bigint) returns TABLE(task_id bigint, named_task_id integer, status text, total_steps bigint, pending_steps bigint, in_progress_steps bigint, completed_steps bigint, failed_steps bigint, ready_steps bigint, execution_status text, recommended_action text, completion_percentage numeric, health_status text)

tasker_finish_executions
  (p_process bigint, p_now timestamp without time zone, p_outcomes json) returns TABLE(execution_id character varying, state character varying, owner_id bigint) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_inspect_executions
  (p_items json) returns TABLE(execution_id character varying, task_id bigint, workflow_step_id bigint, namespace character varying, attempt integer, revision integer, owner_id bigint, process_id bigint, started_at timestamp without time zone, state character varying, reason text, kind text, ended_as character varying) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_is_outside
  (p_step bigint, p_execution character varying) returns boolean

tasker_load
  (p_owner bigint, p_task_ids bigint[]) returns TABLE(task_id bigint, definition_hash character varying, epoch bigint, revision integer, priority smallint, correlation_id character varying, namespace character varying, name character varying, version character varying, context jsonb, initiator character varying, source_system character varying, reason character varying, tags jsonb, bypass_steps json, requested_at timestamp without time zone, state character varying, sort_key integer, halted boolean, paused boolean, parent_task_id bigint, steps json, edges json) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_lock_family
  (p_task_id bigint, p_step_id bigint) returns void set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_lock_with_parents
  (p_tasks bigint[]) returns void set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_log_beyond
  (p_tasks bigint[], p_with_steps boolean[], p_task_rows bigint, p_step_rows bigint, p_events bigint) returns TABLE(task_id bigint, seq double precision, at timestamp without time zone, unnumbered_at timestamp without time zone) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_log_positions_at
  (p_at timestamp without time zone) returns TABLE(tasks bigint, task_rows bigint, step_rows bigint, events bigint) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, TimeZone=UTC

tasker_look_at_executions
  (p_owner bigint, p_withdrawn bigint[], p_running character varying[], p_finished character varying[], p_silence_ms integer) returns TABLE(execution_id character varying, workflow_step_id bigint, task_id bigint, attempt integer, process_id bigint, timeout_ms bigint, started_at timestamp without time zone, lost boolean, outcome jsonb, results text) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_name_definition
  (p_now timestamp without time zone, p_hash character varying, p_definition jsonb, p_namespace character varying, p_name character varying, p_version character varying, p_description character varying, p_steps json) returns TABLE(task_namespace_id integer, named_task_id integer, named_step_ids integer[]) set TimeZone=UTC

tasker_namespace_ids
  (p_names character varying[]) returns integer[]

tasker_notice
  (p_owner bigint, p_now timestamp without time zone, p_task_after bigint, p_task_upto bigint, p_step_after bigint, p_step_upto bigint, p_known_task_rows bigint[], p_known_step_rows bigint[], p_all boolean) returns TABLE(task_rows bigint[], step_rows bigint[], task_ids bigint[], revisions integer[], without_run bigint[]) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC, lock_timeout=1s

tasker_offer_steps
  (p_owner bigint, p_now timestamp without time zone, p_tasks json, p_steps json, p_skip_locked boolean) returns TABLE(refused_task_id bigint) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC, lock_timeout=1s

tasker_operator_end
  (p_task_id bigint, p_step_id bigint, p_now timestamp without time zone, p_note jsonb, p_details jsonb, OUT owner_id bigint, OUT revision integer) returns record set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_operator_move_steps
  (p_steps bigint[], p_to text, p_now timestamp without time zone, p_note jsonb, p_results jsonb) returns void set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_operator_move_task
  (p_task_id bigint, p_to text, p_now timestamp without time zone, p_note jsonb) returns void set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_operator_step_rules
  (p_step_id bigint, OUT retryable boolean, OUT retry_limit integer) returns record set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_operator_step_template
  (p_hash character varying, p_name character varying, OUT settings jsonb, OUT undoes boolean) returns record set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_operator_steps_from
  (p_step_id bigint) returns bigint[] set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_operator_undo_steps
  (p_task_id bigint) returns bigint[] set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_poll_steps
  (p_worker bigint, p_nonce character varying, p_queues character varying[], p_handlers character varying[], p_namespaces character varying[], p_limit integer, p_now timestamp without time zone) returns TABLE(execution_id character varying, workflow_step_id bigint, task_id bigint, attempt integer, owner_id bigint, revision integer, started_at timestamp without time zone, deadline_at timestamp without time zone, progress jsonb, traceparent character varying, tracestate character varying) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_positions
  () returns TABLE(tasks bigint, task_rows bigint, step_rows bigint, events bigint, writers text[]) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_read_log
  (p_sources integer[], p_froms bigint[], p_tos bigint[], p_limit integer, p_bytes bigint) returns TABLE(source integer, id bigint, place integer, found integer, task_id bigint, step_id bigint, named_task_id integer, named_step_id integer, correlation_id character varying, requested_at timestamp without time zone, from_state character varying, to_state character varying, sort_key integer, seq bigint, details jsonb, name character varying, event_id character varying, at timestamp without time zone, written_at timestamp without time zone) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_renew_worker
  (p_worker bigint) returns integer set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_rerun_as_new
  (p_task_id bigint, p_step_id bigint, p_step_name text, p_now timestamp without time zone, p_note jsonb, p_identity text) returns TABLE(outcome text, code text, step_id bigint, step_name character varying, moved integer, new_task_id bigint) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_revoke_executions
  (p_owner bigint, p_executions character varying[], p_states character varying[], p_reason text) returns TABLE(execution_id character varying) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_same_requests
  (p_hashes text[], p_windows bigint[]) returns text[] set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_scan_log
  (p_sources integer[], p_froms bigint[], p_tos bigint[], p_limit integer) returns TABLE(source integer, ids bigint[], task_ids bigint[], seqs double precision[], ats bigint[], written_ats bigint[], more boolean) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_settle_delivery
  (p_subscriber integer, p_epoch bigint, p_delivery bigint, p_now timestamp without time zone, p_attempts integer, p_due timestamp without time zone, p_error jsonb, p_dead boolean) returns bigint set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_signal
  (p_task_id bigint, p_name character varying, p_payload jsonb, p_sender character varying, p_key character varying, p_now timestamp without time zone, p_most integer) returns TABLE(signal_id bigint, created boolean, state character varying, waiting integer, owner_id bigint, revision integer) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_start_offers
  (p_worker bigint, p_lease integer, p_steps bigint[], p_nonces character varying[], p_now timestamp without time zone) returns TABLE(execution_id character varying, workflow_step_id bigint, task_id bigint, attempt integer, owner_id bigint, revision integer, started_at timestamp without time zone, deadline_at timestamp without time zone, progress jsonb, traceparent character varying, tracestate character varying) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_start_steps
  (p_worker bigint, p_items json, p_namespaces character varying[], p_now timestamp without time zone) returns TABLE(execution_id character varying, outcome character varying, workflow_step_id bigint, task_id bigint, attempt integer, owner_id bigint, revision integer, started_at timestamp without time zone, deadline_at timestamp without time zone, progress jsonb, traceparent character varying, tracestate character varying) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_step_is_over
  (p_step bigint) returns boolean

tasker_step_readiness
  (input_task_id bigint) returns TABLE(workflow_step_id bigint, task_id bigint, named_step_id integer, name text, current_state text, dependencies_satisfied boolean, retry_eligible boolean, ready_for_execution boolean, last_failure_at timestamp without time zone, next_retry_at timestamp without time zone, total_parents integer, completed_parents integer, attempts integer, retry_limit integer, backoff_request_seconds integer, last_attempted_at timestamp without time zone)

tasker_submit
  (p_owner bigint, p_epoch bigint, p_now timestamp without time zone, p_definitions jsonb, p_tasks json) returns TABLE(task_id bigint, created boolean, step_ids bigint[]) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_submit_child
  (p_owner bigint, p_epoch bigint, p_parent bigint, p_step bigint, p_execution text, p_now timestamp without time zone, p_definitions jsonb, p_tasks json) returns TABLE(task_id bigint, created boolean) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_take_permits
  (p_process bigint, p_call bigint, p_fence boolean, p_now timestamp without time zone, p_given_back bigint[], p_patience_ms integer, p_groups json) returns TABLE(place integer, granted integer, refused_by text, wait_ms double precision) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_take_steps
  (p_process bigint, p_nonce character varying, p_queue character varying, p_kinds integer[], p_limit integer, p_now timestamp without time zone) returns TABLE(execution_id character varying, workflow_step_id bigint, task_id bigint, attempt integer, owner_id bigint, revision integer) set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC

tasker_wake_parents
  (p_parents bigint[], p_now timestamp without time zone) returns void set enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off, jit=off, plan_cache_mode=force_generic_plan, TimeZone=UTC
