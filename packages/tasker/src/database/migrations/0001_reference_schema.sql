-- made elsewhere if exists: tasker_tasks
--
-- The tables and the view that Tasker shares with the reference engine: same columns in the same order, same types,
-- defaults, constraint names, unique indexes and sequences. Of the other indexes only those that something reads
-- (docs/decisions/0002-lean-index-set.md). On a database made by the reference engine nothing here is run.

create table tasker_task_namespaces (
  task_namespace_id serial constraint tasker_task_namespaces_pkey primary key,
  name varchar(64) not null,
  description varchar(255),
  created_at timestamp(6) not null,
  updated_at timestamp(6) not null
);
create unique index task_namespaces_name_unique on tasker_task_namespaces (name);

create table tasker_named_tasks (
  named_task_id serial constraint tasker_named_tasks_pkey primary key,
  name varchar(64) not null,
  description varchar(255),
  created_at timestamp(6) not null,
  updated_at timestamp(6) not null,
  task_namespace_id bigint not null default 1
    constraint fk_rails_16a0297759 references tasker_task_namespaces (task_namespace_id),
  version varchar(16) not null default '0.1.0',
  -- a JSON string, not an object: that is what the reference engine writes and reads
  configuration jsonb default '"{}"'
);
create unique index named_tasks_namespace_name_version_unique
  on tasker_named_tasks (task_namespace_id, name, version);

create table tasker_dependent_systems (
  dependent_system_id serial constraint tasker_dependent_systems_pkey primary key,
  name varchar(64) not null,
  description varchar(255),
  created_at timestamp(6) not null,
  updated_at timestamp(6) not null
);
create unique index dependent_systems_name_unique on tasker_dependent_systems (name);

create table tasker_dependent_system_object_maps (
  dependent_system_object_map_id bigserial constraint tasker_dependent_system_object_maps_pkey primary key,
  dependent_system_one_id integer not null
    constraint dependent_system_object_maps_dependent_system_one_id_foreign
    references tasker_dependent_systems (dependent_system_id),
  dependent_system_two_id integer not null
    constraint dependent_system_object_maps_dependent_system_two_id_foreign
    references tasker_dependent_systems (dependent_system_id),
  remote_id_one varchar(128) not null,
  remote_id_two varchar(128) not null,
  created_at timestamp(6) not null,
  updated_at timestamp(6) not null
);
-- the name is the reference's, cut at 63 bytes
create unique index dependent_system_object_maps_dependent_system_one_id_dependent_
  on tasker_dependent_system_object_maps
    (dependent_system_one_id, dependent_system_two_id, remote_id_one, remote_id_two);
create index dependent_system_object_maps_dependent_system_two_id_index
  on tasker_dependent_system_object_maps (dependent_system_two_id);
create index dependent_system_object_maps_remote_id_one_index on tasker_dependent_system_object_maps (remote_id_one);
create index dependent_system_object_maps_remote_id_two_index on tasker_dependent_system_object_maps (remote_id_two);

create table tasker_named_steps (
  named_step_id serial constraint tasker_named_steps_pkey primary key,
  dependent_system_id integer not null
    constraint named_steps_dependent_system_id_foreign references tasker_dependent_systems (dependent_system_id),
  name varchar(128) not null,
  description varchar(255),
  created_at timestamp(6) not null,
  updated_at timestamp(6) not null
);
create unique index named_step_by_system_uniq on tasker_named_steps (dependent_system_id, name);
create index named_steps_name_index on tasker_named_steps (name);

create table tasker_named_tasks_named_steps (
  id serial constraint tasker_named_tasks_named_steps_pkey primary key,
  named_task_id integer not null
    constraint named_tasks_named_steps_named_task_id_foreign references tasker_named_tasks (named_task_id),
  named_step_id integer not null
    constraint named_tasks_named_steps_named_step_id_foreign references tasker_named_steps (named_step_id),
  skippable boolean not null default false,
  default_retryable boolean not null default true,
  default_retry_limit integer not null default 3,
  created_at timestamp(6) not null,
  updated_at timestamp(6) not null
);
create unique index named_tasks_steps_ids_unique on tasker_named_tasks_named_steps (named_task_id, named_step_id);
create index named_tasks_named_steps_named_step_id_index on tasker_named_tasks_named_steps (named_step_id);

create table tasker_tasks (
  task_id bigserial constraint tasker_tasks_pkey primary key,
  named_task_id integer not null
    constraint tasks_named_task_id_foreign references tasker_named_tasks (named_task_id),
  complete boolean not null default false,
  requested_at timestamp not null,
  initiator varchar(128),
  source_system varchar(128),
  reason varchar(128),
  bypass_steps json,
  tags jsonb,
  context jsonb,
  identity_hash varchar(128) not null,
  created_at timestamp(6) not null,
  updated_at timestamp(6) not null
)
-- each task is updated once, when it is complete: see the steps below
with (fillfactor = 50);
create unique index index_tasks_on_identity_hash on tasker_tasks (identity_hash);
create index tasks_requested_at_index on tasker_tasks (requested_at);
-- Lists of the tasks of a kind, in their order.
create index tasker_tasks_by_named_task on tasker_tasks (named_task_id, task_id);

create table tasker_task_transitions (
  id bigserial constraint tasker_task_transitions_pkey primary key,
  to_state varchar not null,
  from_state varchar,
  metadata jsonb default '{}',
  sort_key integer not null,
  most_recent boolean not null default true,
  task_id bigint not null constraint fk_rails_e8caec803c references tasker_tasks (task_id),
  created_at timestamp(6) not null,
  updated_at timestamp(6) not null
);
create unique index index_tasker_task_transitions_on_task_id_and_most_recent
  on tasker_task_transitions (task_id, most_recent) where most_recent = true;
create unique index index_tasker_task_transitions_on_task_id_and_sort_key
  on tasker_task_transitions (task_id, sort_key);
-- Lists of the tasks in states that somebody looks at and few tasks are in. The condition is written as PostgreSQL shows it, which
-- is the only way that it reads the same when an index is made from what is shown.
create index tasker_task_transitions_ended on tasker_task_transitions (to_state, task_id)
  where most_recent and to_state::text = any (array['error'::text, 'cancelled'::text, 'resolved_manually'::text]);

create table tasker_workflow_steps (
  workflow_step_id bigserial constraint tasker_workflow_steps_pkey primary key,
  task_id bigint not null constraint workflow_steps_task_id_foreign references tasker_tasks (task_id),
  named_step_id integer not null
    constraint workflow_steps_named_step_id_foreign references tasker_named_steps (named_step_id),
  retryable boolean not null default true,
  retry_limit integer default 3,
  in_process boolean not null default false,
  processed boolean not null default false,
  processed_at timestamp,
  attempts integer,
  last_attempted_at timestamp,
  backoff_request_seconds integer,
  inputs jsonb,
  results jsonb,
  created_at timestamp(6) not null,
  updated_at timestamp(6) not null,
  skippable boolean not null default false
)
-- each step is updated twice or more; with room on its page and no index on what changes, no index is touched
with (fillfactor = 50);
create index workflow_steps_task_id_index on tasker_workflow_steps (task_id);
create index workflow_steps_named_step_id_index on tasker_workflow_steps (named_step_id);

create table tasker_workflow_step_edges (
  id bigserial constraint tasker_workflow_step_edges_pkey primary key,
  from_step_id bigint not null
    constraint fk_rails_7b4652ccf2 references tasker_workflow_steps (workflow_step_id),
  to_step_id bigint not null
    constraint fk_rails_93ec0bf6eb references tasker_workflow_steps (workflow_step_id),
  name varchar not null,
  created_at timestamp(6) not null,
  updated_at timestamp(6) not null
);
create index idx_step_edges_from_to on tasker_workflow_step_edges (from_step_id, to_step_id);
create index idx_step_edges_to_from on tasker_workflow_step_edges (to_step_id, from_step_id);

create table tasker_workflow_step_transitions (
  id bigserial constraint tasker_workflow_step_transitions_pkey primary key,
  to_state varchar not null,
  from_state varchar,
  metadata jsonb default '{}',
  sort_key integer not null,
  most_recent boolean not null default true,
  workflow_step_id bigint not null
    constraint fk_rails_6e0f6eb833 references tasker_workflow_steps (workflow_step_id),
  created_at timestamp(6) not null,
  updated_at timestamp(6) not null
);
create unique index idx_on_workflow_step_id_most_recent_97d5374ad6
  on tasker_workflow_step_transitions (workflow_step_id, most_recent) where most_recent = true;
create unique index idx_on_workflow_step_id_sort_key_4d476d7adb
  on tasker_workflow_step_transitions (workflow_step_id, sort_key);

create table tasker_annotation_types (
  annotation_type_id serial constraint tasker_annotation_types_pkey primary key,
  name varchar(64) not null,
  description varchar(255),
  created_at timestamp(6) not null,
  updated_at timestamp(6) not null
);
create unique index annotation_types_name_unique on tasker_annotation_types (name);

create table tasker_task_annotations (
  task_annotation_id bigserial constraint tasker_task_annotations_pkey primary key,
  task_id bigint not null constraint task_annotations_task_id_foreign references tasker_tasks (task_id),
  annotation_type_id integer not null
    constraint task_annotations_annotation_type_id_foreign references tasker_annotation_types (annotation_type_id),
  annotation jsonb,
  created_at timestamp(6) not null,
  updated_at timestamp(6) not null
);
create index task_annotations_annotation_type_id_index on tasker_task_annotations (annotation_type_id);
create index task_annotations_task_id_index on tasker_task_annotations (task_id);

-- One row a step: its parents, its children, and the length of the shortest path from any root, counted up to 50.
-- Edges are counted as rows, whatever task they are in. Everything is looked up from the step, so that a question about
-- one task reads nothing of the others; and because depth and step together are kept once, the walk towards the roots
-- costs at most 50 times the ancestors, also where the number of paths is exponential or the data has a cycle.
create view tasker_step_dag_relationships as
select
  step.workflow_step_id,
  step.task_id,
  step.named_step_id,
  parents.ids as parent_step_ids,
  children.ids as child_step_ids,
  parents.count as parent_count,
  children.count as child_count,
  parents.count = 0 as is_root_step,
  children.count = 0 as is_leaf_step,
  (
    with recursive ancestors (step_id, depth) as (
      select step.workflow_step_id, 0
      union
      select edge.from_step_id, ancestors.depth + 1
      from ancestors
      join tasker_workflow_step_edges edge on edge.to_step_id = ancestors.step_id
      where ancestors.depth < 50
    )
    select min(ancestors.depth)
    from ancestors
    where not exists (select from tasker_workflow_step_edges edge where edge.to_step_id = ancestors.step_id)
  ) as min_depth_from_root
from tasker_workflow_steps step
cross join lateral (
  select coalesce(jsonb_agg(edge.from_step_id order by edge.from_step_id), '[]') as ids, count(*) as count
  from tasker_workflow_step_edges edge
  where edge.to_step_id = step.workflow_step_id
) parents
cross join lateral (
  select coalesce(jsonb_agg(edge.to_step_id order by edge.to_step_id), '[]') as ids, count(*) as count
  from tasker_workflow_step_edges edge
  where edge.from_step_id = step.workflow_step_id
) children;

-- Rails' own records: they tell the reference engine that its two migrations have been applied.
create table if not exists schema_migrations (
  version varchar not null constraint schema_migrations_pkey primary key
);
create table if not exists ar_internal_metadata (
  key varchar not null constraint ar_internal_metadata_pkey primary key,
  value varchar,
  created_at timestamp(6) not null,
  updated_at timestamp(6) not null
);
insert into schema_migrations (version) values ('20250701165431'), ('20250710110830') on conflict do nothing;
