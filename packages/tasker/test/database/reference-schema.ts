/**
 * The schema of the reference engine as data, in the words of PostgreSQL's catalog, for comparing a database with it.
 * Every constraint and index name is the reference's own; two of them are cut at PostgreSQL's limit of 63 bytes.
 */
export interface ReferenceTable {
  /** Name, type, null and default, in physical order. */
  readonly columns: readonly string[];
  /** Constraint, column, table and column referred to. None has an action, none is deferrable. */
  readonly foreignKeys: readonly (readonly [constraint: string, column: string, table: string, key: string])[];
  /** Primary key and unique indexes, which every engine needs. */
  readonly uniqueIndexes: readonly string[];
  /** The others. Only those that something reads are in our migrations. */
  readonly otherIndexes: readonly string[];
}

export const REFERENCE_TABLES: Readonly<Record<string, ReferenceTable>> = {
  tasker_task_namespaces: {
    columns: [
      "task_namespace_id integer not null default nextval('tasker_task_namespaces_task_namespace_id_seq'::regclass)",
      "name character varying(64) not null",
      "description character varying(255)",
      "created_at timestamp(6) without time zone not null",
      "updated_at timestamp(6) without time zone not null",
    ],
    foreignKeys: [],
    uniqueIndexes: [
      "CREATE UNIQUE INDEX tasker_task_namespaces_pkey ON public.tasker_task_namespaces USING btree (task_namespace_id)",
      "CREATE UNIQUE INDEX task_namespaces_name_unique ON public.tasker_task_namespaces USING btree (name)",
    ],
    otherIndexes: ["CREATE INDEX task_namespaces_name_index ON public.tasker_task_namespaces USING btree (name)"],
  },
  tasker_named_tasks: {
    columns: [
      "named_task_id integer not null default nextval('tasker_named_tasks_named_task_id_seq'::regclass)",
      "name character varying(64) not null",
      "description character varying(255)",
      "created_at timestamp(6) without time zone not null",
      "updated_at timestamp(6) without time zone not null",
      "task_namespace_id bigint not null default 1",
      "version character varying(16) not null default '0.1.0'::character varying",
      "configuration jsonb default '\"{}\"'::jsonb",
    ],
    foreignKeys: [["fk_rails_16a0297759", "task_namespace_id", "tasker_task_namespaces", "task_namespace_id"]],
    uniqueIndexes: [
      "CREATE UNIQUE INDEX tasker_named_tasks_pkey ON public.tasker_named_tasks USING btree (named_task_id)",
      "CREATE UNIQUE INDEX named_tasks_namespace_name_version_unique ON public.tasker_named_tasks USING btree (task_namespace_id, name, version)",
    ],
    otherIndexes: [
      "CREATE INDEX named_tasks_configuration_gin_index ON public.tasker_named_tasks USING gin (configuration)",
      "CREATE INDEX named_tasks_name_index ON public.tasker_named_tasks USING btree (name)",
      "CREATE INDEX named_tasks_task_namespace_id_index ON public.tasker_named_tasks USING btree (task_namespace_id)",
      "CREATE INDEX named_tasks_version_index ON public.tasker_named_tasks USING btree (version)",
    ],
  },
  tasker_dependent_systems: {
    columns: [
      "dependent_system_id integer not null default nextval('tasker_dependent_systems_dependent_system_id_seq'::regclass)",
      "name character varying(64) not null",
      "description character varying(255)",
      "created_at timestamp(6) without time zone not null",
      "updated_at timestamp(6) without time zone not null",
    ],
    foreignKeys: [],
    uniqueIndexes: [
      "CREATE UNIQUE INDEX tasker_dependent_systems_pkey ON public.tasker_dependent_systems USING btree (dependent_system_id)",
      "CREATE UNIQUE INDEX dependent_systems_name_unique ON public.tasker_dependent_systems USING btree (name)",
    ],
    otherIndexes: ["CREATE INDEX dependent_systems_name_index ON public.tasker_dependent_systems USING btree (name)"],
  },
  tasker_dependent_system_object_maps: {
    columns: [
      "dependent_system_object_map_id bigint not null default nextval('tasker_dependent_system_objec_dependent_system_object_map_i_seq'::regclass)",
      "dependent_system_one_id integer not null",
      "dependent_system_two_id integer not null",
      "remote_id_one character varying(128) not null",
      "remote_id_two character varying(128) not null",
      "created_at timestamp(6) without time zone not null",
      "updated_at timestamp(6) without time zone not null",
    ],
    foreignKeys: [
      [
        "dependent_system_object_maps_dependent_system_one_id_foreign",
        "dependent_system_one_id",
        "tasker_dependent_systems",
        "dependent_system_id",
      ],
      [
        "dependent_system_object_maps_dependent_system_two_id_foreign",
        "dependent_system_two_id",
        "tasker_dependent_systems",
        "dependent_system_id",
      ],
    ],
    uniqueIndexes: [
      "CREATE UNIQUE INDEX tasker_dependent_system_object_maps_pkey ON public.tasker_dependent_system_object_maps USING btree (dependent_system_object_map_id)",
      "CREATE UNIQUE INDEX dependent_system_object_maps_dependent_system_one_id_dependent_ ON public.tasker_dependent_system_object_maps USING btree (dependent_system_one_id, dependent_system_two_id, remote_id_one, remote_id_two)",
    ],
    otherIndexes: [
      "CREATE INDEX dependent_system_object_maps_dependent_system_one_id_index ON public.tasker_dependent_system_object_maps USING btree (dependent_system_one_id)",
      "CREATE INDEX dependent_system_object_maps_dependent_system_two_id_index ON public.tasker_dependent_system_object_maps USING btree (dependent_system_two_id)",
      "CREATE INDEX dependent_system_object_maps_remote_id_one_index ON public.tasker_dependent_system_object_maps USING btree (remote_id_one)",
      "CREATE INDEX dependent_system_object_maps_remote_id_two_index ON public.tasker_dependent_system_object_maps USING btree (remote_id_two)",
    ],
  },
  tasker_named_steps: {
    columns: [
      "named_step_id integer not null default nextval('tasker_named_steps_named_step_id_seq'::regclass)",
      "dependent_system_id integer not null",
      "name character varying(128) not null",
      "description character varying(255)",
      "created_at timestamp(6) without time zone not null",
      "updated_at timestamp(6) without time zone not null",
    ],
    foreignKeys: [
      [
        "named_steps_dependent_system_id_foreign",
        "dependent_system_id",
        "tasker_dependent_systems",
        "dependent_system_id",
      ],
    ],
    uniqueIndexes: [
      "CREATE UNIQUE INDEX tasker_named_steps_pkey ON public.tasker_named_steps USING btree (named_step_id)",
      "CREATE UNIQUE INDEX named_step_by_system_uniq ON public.tasker_named_steps USING btree (dependent_system_id, name)",
    ],
    otherIndexes: [
      "CREATE INDEX named_steps_dependent_system_id_index ON public.tasker_named_steps USING btree (dependent_system_id)",
      "CREATE INDEX named_steps_name_index ON public.tasker_named_steps USING btree (name)",
    ],
  },
  tasker_named_tasks_named_steps: {
    columns: [
      "id integer not null default nextval('tasker_named_tasks_named_steps_id_seq'::regclass)",
      "named_task_id integer not null",
      "named_step_id integer not null",
      "skippable boolean not null default false",
      "default_retryable boolean not null default true",
      "default_retry_limit integer not null default 3",
      "created_at timestamp(6) without time zone not null",
      "updated_at timestamp(6) without time zone not null",
    ],
    foreignKeys: [
      ["named_tasks_named_steps_named_task_id_foreign", "named_task_id", "tasker_named_tasks", "named_task_id"],
      ["named_tasks_named_steps_named_step_id_foreign", "named_step_id", "tasker_named_steps", "named_step_id"],
    ],
    uniqueIndexes: [
      "CREATE UNIQUE INDEX tasker_named_tasks_named_steps_pkey ON public.tasker_named_tasks_named_steps USING btree (id)",
      "CREATE UNIQUE INDEX named_tasks_steps_ids_unique ON public.tasker_named_tasks_named_steps USING btree (named_task_id, named_step_id)",
    ],
    otherIndexes: [
      "CREATE INDEX named_tasks_named_steps_named_step_id_index ON public.tasker_named_tasks_named_steps USING btree (named_step_id)",
      "CREATE INDEX named_tasks_named_steps_named_task_id_index ON public.tasker_named_tasks_named_steps USING btree (named_task_id)",
    ],
  },
  tasker_tasks: {
    columns: [
      "task_id bigint not null default nextval('tasker_tasks_task_id_seq'::regclass)",
      "named_task_id integer not null",
      "complete boolean not null default false",
      "requested_at timestamp without time zone not null",
      "initiator character varying(128)",
      "source_system character varying(128)",
      "reason character varying(128)",
      "bypass_steps json",
      "tags jsonb",
      "context jsonb",
      "identity_hash character varying(128) not null",
      "created_at timestamp(6) without time zone not null",
      "updated_at timestamp(6) without time zone not null",
    ],
    foreignKeys: [["tasks_named_task_id_foreign", "named_task_id", "tasker_named_tasks", "named_task_id"]],
    uniqueIndexes: [
      "CREATE UNIQUE INDEX tasker_tasks_pkey ON public.tasker_tasks USING btree (task_id)",
      "CREATE UNIQUE INDEX index_tasks_on_identity_hash ON public.tasker_tasks USING btree (identity_hash)",
    ],
    otherIndexes: [
      "CREATE INDEX idx_tasks_active_operations ON public.tasker_tasks USING btree (task_id) WHERE ((complete = false) OR (complete IS NULL))",
      "CREATE INDEX idx_tasks_active_workflow_summary ON public.tasker_tasks USING btree (task_id, complete) WHERE ((complete = false) OR (complete IS NULL))",
      "CREATE INDEX idx_tasks_completion_status_created ON public.tasker_tasks USING btree (complete, created_at, task_id)",
      "CREATE INDEX tasks_context_idx ON public.tasker_tasks USING gin (context)",
      "CREATE INDEX tasks_context_idx1 ON public.tasker_tasks USING gin (context jsonb_path_ops)",
      "CREATE INDEX tasks_identity_hash_index ON public.tasker_tasks USING btree (identity_hash)",
      "CREATE INDEX tasks_named_task_id_index ON public.tasker_tasks USING btree (named_task_id)",
      "CREATE INDEX tasks_requested_at_index ON public.tasker_tasks USING btree (requested_at)",
      "CREATE INDEX tasks_source_system_index ON public.tasker_tasks USING btree (source_system)",
      "CREATE INDEX tasks_tags_idx ON public.tasker_tasks USING gin (tags)",
      "CREATE INDEX tasks_tags_idx1 ON public.tasker_tasks USING gin (tags jsonb_path_ops)",
    ],
  },
  tasker_task_transitions: {
    columns: [
      "id bigint not null default nextval('tasker_task_transitions_id_seq'::regclass)",
      "to_state character varying not null",
      "from_state character varying",
      "metadata jsonb default '{}'::jsonb",
      "sort_key integer not null",
      "most_recent boolean not null default true",
      "task_id bigint not null",
      "created_at timestamp(6) without time zone not null",
      "updated_at timestamp(6) without time zone not null",
    ],
    foreignKeys: [["fk_rails_e8caec803c", "task_id", "tasker_tasks", "task_id"]],
    uniqueIndexes: [
      "CREATE UNIQUE INDEX tasker_task_transitions_pkey ON public.tasker_task_transitions USING btree (id)",
      "CREATE UNIQUE INDEX index_tasker_task_transitions_on_task_id_and_most_recent ON public.tasker_task_transitions USING btree (task_id, most_recent) WHERE (most_recent = true)",
      "CREATE UNIQUE INDEX index_tasker_task_transitions_on_task_id_and_sort_key ON public.tasker_task_transitions USING btree (task_id, sort_key)",
    ],
    otherIndexes: [
      "CREATE INDEX idx_task_transitions_most_recent ON public.tasker_task_transitions USING btree (task_id, most_recent) WHERE (most_recent = true)",
      "CREATE INDEX index_task_transitions_current_state_optimized ON public.tasker_task_transitions USING btree (task_id, most_recent) WHERE (most_recent = true)",
      "CREATE INDEX index_task_transitions_current_state ON public.tasker_task_transitions USING btree (task_id, created_at)",
      "CREATE INDEX index_tasker_task_transitions_on_sort_key ON public.tasker_task_transitions USING btree (sort_key)",
      "CREATE INDEX index_tasker_task_transitions_on_task_id ON public.tasker_task_transitions USING btree (task_id)",
    ],
  },
  tasker_workflow_steps: {
    columns: [
      "workflow_step_id bigint not null default nextval('tasker_workflow_steps_workflow_step_id_seq'::regclass)",
      "task_id bigint not null",
      "named_step_id integer not null",
      "retryable boolean not null default true",
      "retry_limit integer default 3",
      "in_process boolean not null default false",
      "processed boolean not null default false",
      "processed_at timestamp without time zone",
      "attempts integer",
      "last_attempted_at timestamp without time zone",
      "backoff_request_seconds integer",
      "inputs jsonb",
      "results jsonb",
      "created_at timestamp(6) without time zone not null",
      "updated_at timestamp(6) without time zone not null",
      "skippable boolean not null default false",
    ],
    foreignKeys: [
      ["workflow_steps_task_id_foreign", "task_id", "tasker_tasks", "task_id"],
      ["workflow_steps_named_step_id_foreign", "named_step_id", "tasker_named_steps", "named_step_id"],
    ],
    uniqueIndexes: [
      "CREATE UNIQUE INDEX tasker_workflow_steps_pkey ON public.tasker_workflow_steps USING btree (workflow_step_id)",
    ],
    otherIndexes: [
      "CREATE INDEX idx_steps_active_operations ON public.tasker_workflow_steps USING btree (workflow_step_id, task_id) WHERE ((processed = false) OR (processed IS NULL))",
      "CREATE INDEX idx_workflow_steps_task_grouping_active ON public.tasker_workflow_steps USING btree (task_id, workflow_step_id) WHERE ((processed = false) OR (processed IS NULL))",
      "CREATE INDEX idx_workflow_steps_task_readiness ON public.tasker_workflow_steps USING btree (task_id, processed, workflow_step_id) WHERE (processed = false)",
      "CREATE INDEX index_workflow_steps_backoff_timing ON public.tasker_workflow_steps USING btree (last_attempted_at, backoff_request_seconds) WHERE (backoff_request_seconds IS NOT NULL)",
      "CREATE INDEX index_workflow_steps_by_task ON public.tasker_workflow_steps USING btree (task_id)",
      "CREATE INDEX workflow_steps_task_id_index ON public.tasker_workflow_steps USING btree (task_id)",
      "CREATE INDEX index_workflow_steps_processing_status ON public.tasker_workflow_steps USING btree (task_id, processed, in_process)",
      "CREATE INDEX index_workflow_steps_retry_logic ON public.tasker_workflow_steps USING btree (attempts, retry_limit, retryable)",
      "CREATE INDEX index_workflow_steps_retry_status ON public.tasker_workflow_steps USING btree (attempts, retry_limit)",
      "CREATE INDEX index_workflow_steps_task_and_id ON public.tasker_workflow_steps USING btree (task_id, workflow_step_id)",
      "CREATE INDEX index_workflow_steps_task_and_step_id ON public.tasker_workflow_steps USING btree (task_id, workflow_step_id)",
      "CREATE INDEX index_workflow_steps_task_and_step_optimized ON public.tasker_workflow_steps USING btree (task_id, workflow_step_id)",
      "CREATE INDEX index_workflow_steps_task_covering ON public.tasker_workflow_steps USING btree (task_id) INCLUDE (workflow_step_id, processed, in_process, attempts, retry_limit)",
      "CREATE INDEX workflow_steps_last_attempted_at_index ON public.tasker_workflow_steps USING btree (last_attempted_at)",
      "CREATE INDEX workflow_steps_named_step_id_index ON public.tasker_workflow_steps USING btree (named_step_id)",
      "CREATE INDEX workflow_steps_processed_at_index ON public.tasker_workflow_steps USING btree (processed_at)",
    ],
  },
  tasker_workflow_step_edges: {
    columns: [
      "id bigint not null default nextval('tasker_workflow_step_edges_id_seq'::regclass)",
      "from_step_id bigint not null",
      "to_step_id bigint not null",
      "name character varying not null",
      "created_at timestamp(6) without time zone not null",
      "updated_at timestamp(6) without time zone not null",
    ],
    foreignKeys: [
      ["fk_rails_7b4652ccf2", "from_step_id", "tasker_workflow_steps", "workflow_step_id"],
      ["fk_rails_93ec0bf6eb", "to_step_id", "tasker_workflow_steps", "workflow_step_id"],
    ],
    uniqueIndexes: [
      "CREATE UNIQUE INDEX tasker_workflow_step_edges_pkey ON public.tasker_workflow_step_edges USING btree (id)",
    ],
    otherIndexes: [
      "CREATE INDEX idx_step_edges_from_to ON public.tasker_workflow_step_edges USING btree (from_step_id, to_step_id)",
      "CREATE INDEX index_step_edges_from_to_composite ON public.tasker_workflow_step_edges USING btree (from_step_id, to_step_id)",
      "CREATE INDEX idx_step_edges_to_from ON public.tasker_workflow_step_edges USING btree (to_step_id, from_step_id)",
      "CREATE INDEX idx_workflow_step_edges_dependency_lookup ON public.tasker_workflow_step_edges USING btree (to_step_id, from_step_id)",
      "CREATE INDEX index_step_edges_dependency_pair ON public.tasker_workflow_step_edges USING btree (to_step_id, from_step_id)",
      "CREATE INDEX index_step_edges_to_from_composite ON public.tasker_workflow_step_edges USING btree (to_step_id, from_step_id)",
      "CREATE INDEX index_workflow_step_edges_dependency_lookup ON public.tasker_workflow_step_edges USING btree (to_step_id, from_step_id)",
      "CREATE INDEX index_step_edges_child_lookup ON public.tasker_workflow_step_edges USING btree (to_step_id)",
      "CREATE INDEX index_step_edges_to_step_for_parents ON public.tasker_workflow_step_edges USING btree (to_step_id)",
      "CREATE INDEX index_tasker_workflow_step_edges_on_to_step_id ON public.tasker_workflow_step_edges USING btree (to_step_id)",
      "CREATE INDEX index_step_edges_from_step_for_children ON public.tasker_workflow_step_edges USING btree (from_step_id)",
      "CREATE INDEX index_step_edges_parent_lookup ON public.tasker_workflow_step_edges USING btree (from_step_id)",
      "CREATE INDEX index_tasker_workflow_step_edges_on_from_step_id ON public.tasker_workflow_step_edges USING btree (from_step_id)",
    ],
  },
  tasker_workflow_step_transitions: {
    columns: [
      "id bigint not null default nextval('tasker_workflow_step_transitions_id_seq'::regclass)",
      "to_state character varying not null",
      "from_state character varying",
      "metadata jsonb default '{}'::jsonb",
      "sort_key integer not null",
      "most_recent boolean not null default true",
      "workflow_step_id bigint not null",
      "created_at timestamp(6) without time zone not null",
      "updated_at timestamp(6) without time zone not null",
    ],
    foreignKeys: [["fk_rails_6e0f6eb833", "workflow_step_id", "tasker_workflow_steps", "workflow_step_id"]],
    uniqueIndexes: [
      "CREATE UNIQUE INDEX tasker_workflow_step_transitions_pkey ON public.tasker_workflow_step_transitions USING btree (id)",
      "CREATE UNIQUE INDEX idx_on_workflow_step_id_most_recent_97d5374ad6 ON public.tasker_workflow_step_transitions USING btree (workflow_step_id, most_recent) WHERE (most_recent = true)",
      "CREATE UNIQUE INDEX idx_on_workflow_step_id_sort_key_4d476d7adb ON public.tasker_workflow_step_transitions USING btree (workflow_step_id, sort_key)",
    ],
    otherIndexes: [
      "CREATE INDEX idx_step_transitions_current_state ON public.tasker_workflow_step_transitions USING btree (workflow_step_id, most_recent, to_state) WHERE (most_recent = true)",
      "CREATE INDEX idx_step_transitions_most_recent ON public.tasker_workflow_step_transitions USING btree (workflow_step_id, most_recent) WHERE (most_recent = true)",
      "CREATE INDEX index_step_transitions_current_state_optimized ON public.tasker_workflow_step_transitions USING btree (workflow_step_id, most_recent) WHERE (most_recent = true)",
      "CREATE INDEX index_step_transitions_completed ON public.tasker_workflow_step_transitions USING btree (workflow_step_id, to_state) WHERE ((to_state)::text = 'complete'::text)",
      "CREATE INDEX index_step_transitions_completed_parents ON public.tasker_workflow_step_transitions USING btree (workflow_step_id, most_recent) WHERE (((to_state)::text = ANY (ARRAY['complete'::text, 'resolved_manually'::text])) AND (most_recent = true))",
      "CREATE INDEX index_step_transitions_current_errors ON public.tasker_workflow_step_transitions USING btree (workflow_step_id, most_recent, created_at) WHERE (((to_state)::text = 'error'::text) AND (most_recent = true))",
      "CREATE INDEX index_step_transitions_failures_with_timing ON public.tasker_workflow_step_transitions USING btree (workflow_step_id, to_state, created_at) WHERE ((to_state)::text = 'failed'::text)",
      "CREATE INDEX index_step_transitions_for_current_state ON public.tasker_workflow_step_transitions USING btree (workflow_step_id, created_at)",
      "CREATE INDEX index_tasker_workflow_step_transitions_on_sort_key ON public.tasker_workflow_step_transitions USING btree (sort_key)",
      "CREATE INDEX index_tasker_workflow_step_transitions_on_workflow_step_id ON public.tasker_workflow_step_transitions USING btree (workflow_step_id)",
    ],
  },
  tasker_annotation_types: {
    columns: [
      "annotation_type_id integer not null default nextval('tasker_annotation_types_annotation_type_id_seq'::regclass)",
      "name character varying(64) not null",
      "description character varying(255)",
      "created_at timestamp(6) without time zone not null",
      "updated_at timestamp(6) without time zone not null",
    ],
    foreignKeys: [],
    uniqueIndexes: [
      "CREATE UNIQUE INDEX tasker_annotation_types_pkey ON public.tasker_annotation_types USING btree (annotation_type_id)",
      "CREATE UNIQUE INDEX annotation_types_name_unique ON public.tasker_annotation_types USING btree (name)",
    ],
    otherIndexes: ["CREATE INDEX annotation_types_name_index ON public.tasker_annotation_types USING btree (name)"],
  },
  tasker_task_annotations: {
    columns: [
      "task_annotation_id bigint not null default nextval('tasker_task_annotations_task_annotation_id_seq'::regclass)",
      "task_id bigint not null",
      "annotation_type_id integer not null",
      "annotation jsonb",
      "created_at timestamp(6) without time zone not null",
      "updated_at timestamp(6) without time zone not null",
    ],
    foreignKeys: [
      ["task_annotations_task_id_foreign", "task_id", "tasker_tasks", "task_id"],
      [
        "task_annotations_annotation_type_id_foreign",
        "annotation_type_id",
        "tasker_annotation_types",
        "annotation_type_id",
      ],
    ],
    uniqueIndexes: [
      "CREATE UNIQUE INDEX tasker_task_annotations_pkey ON public.tasker_task_annotations USING btree (task_annotation_id)",
    ],
    otherIndexes: [
      "CREATE INDEX task_annotations_annotation_idx ON public.tasker_task_annotations USING gin (annotation)",
      "CREATE INDEX task_annotations_annotation_idx1 ON public.tasker_task_annotations USING gin (annotation jsonb_path_ops)",
      "CREATE INDEX task_annotations_annotation_type_id_index ON public.tasker_task_annotations USING btree (annotation_type_id)",
      "CREATE INDEX task_annotations_task_id_index ON public.tasker_task_annotations USING btree (task_id)",
    ],
  },
};
