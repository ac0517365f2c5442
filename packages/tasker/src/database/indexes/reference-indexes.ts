/**
 * The 74 indexes of the Rails engine's schema that are neither primary keys nor unique, by table and name: what follows
 * `using` in the statement that creates each. Several are copies of one another under other names; all of them exist.
 */
const REFERENCE_INDEX_TEXTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  tasker_task_namespaces: {
    task_namespaces_name_index: "btree (name)",
  },
  tasker_named_tasks: {
    named_tasks_configuration_gin_index: "gin (configuration)",
    named_tasks_name_index: "btree (name)",
    named_tasks_task_namespace_id_index: "btree (task_namespace_id)",
    named_tasks_version_index: "btree (version)",
  },
  tasker_dependent_systems: {
    dependent_systems_name_index: "btree (name)",
  },
  tasker_dependent_system_object_maps: {
    dependent_system_object_maps_dependent_system_one_id_index: "btree (dependent_system_one_id)",
    dependent_system_object_maps_dependent_system_two_id_index: "btree (dependent_system_two_id)",
    dependent_system_object_maps_remote_id_one_index: "btree (remote_id_one)",
    dependent_system_object_maps_remote_id_two_index: "btree (remote_id_two)",
  },
  tasker_named_steps: {
    named_steps_dependent_system_id_index: "btree (dependent_system_id)",
    named_steps_name_index: "btree (name)",
  },
  tasker_named_tasks_named_steps: {
    named_tasks_named_steps_named_step_id_index: "btree (named_step_id)",
    named_tasks_named_steps_named_task_id_index: "btree (named_task_id)",
  },
  tasker_tasks: {
    idx_tasks_active_operations: "btree (task_id) where complete = false or complete is null",
    idx_tasks_active_workflow_summary: "btree (task_id, complete) where complete = false or complete is null",
    idx_tasks_completion_status_created: "btree (complete, created_at, task_id)",
    tasks_context_idx: "gin (context)",
    tasks_context_idx1: "gin (context jsonb_path_ops)",
    tasks_identity_hash_index: "btree (identity_hash)",
    tasks_named_task_id_index: "btree (named_task_id)",
    tasks_requested_at_index: "btree (requested_at)",
    tasks_source_system_index: "btree (source_system)",
    tasks_tags_idx: "gin (tags)",
    tasks_tags_idx1: "gin (tags jsonb_path_ops)",
  },
  tasker_task_transitions: {
    idx_task_transitions_most_recent: "btree (task_id, most_recent) where most_recent = true",
    index_task_transitions_current_state_optimized: "btree (task_id, most_recent) where most_recent = true",
    index_task_transitions_current_state: "btree (task_id, created_at)",
    index_tasker_task_transitions_on_sort_key: "btree (sort_key)",
    index_tasker_task_transitions_on_task_id: "btree (task_id)",
  },
  tasker_workflow_steps: {
    idx_steps_active_operations: "btree (workflow_step_id, task_id) where processed = false or processed is null",
    idx_workflow_steps_task_grouping_active:
      "btree (task_id, workflow_step_id) where processed = false or processed is null",
    idx_workflow_steps_task_readiness: "btree (task_id, processed, workflow_step_id) where processed = false",
    index_workflow_steps_backoff_timing:
      "btree (last_attempted_at, backoff_request_seconds) where backoff_request_seconds is not null",
    index_workflow_steps_by_task: "btree (task_id)",
    workflow_steps_task_id_index: "btree (task_id)",
    index_workflow_steps_processing_status: "btree (task_id, processed, in_process)",
    index_workflow_steps_retry_logic: "btree (attempts, retry_limit, retryable)",
    index_workflow_steps_retry_status: "btree (attempts, retry_limit)",
    index_workflow_steps_task_and_id: "btree (task_id, workflow_step_id)",
    index_workflow_steps_task_and_step_id: "btree (task_id, workflow_step_id)",
    index_workflow_steps_task_and_step_optimized: "btree (task_id, workflow_step_id)",
    index_workflow_steps_task_covering:
      "btree (task_id) include (workflow_step_id, processed, in_process, attempts, retry_limit)",
    workflow_steps_last_attempted_at_index: "btree (last_attempted_at)",
    workflow_steps_named_step_id_index: "btree (named_step_id)",
    workflow_steps_processed_at_index: "btree (processed_at)",
  },
  tasker_workflow_step_edges: {
    idx_step_edges_from_to: "btree (from_step_id, to_step_id)",
    index_step_edges_from_to_composite: "btree (from_step_id, to_step_id)",
    idx_step_edges_to_from: "btree (to_step_id, from_step_id)",
    idx_workflow_step_edges_dependency_lookup: "btree (to_step_id, from_step_id)",
    index_step_edges_dependency_pair: "btree (to_step_id, from_step_id)",
    index_step_edges_to_from_composite: "btree (to_step_id, from_step_id)",
    index_workflow_step_edges_dependency_lookup: "btree (to_step_id, from_step_id)",
    index_step_edges_child_lookup: "btree (to_step_id)",
    index_step_edges_to_step_for_parents: "btree (to_step_id)",
    index_tasker_workflow_step_edges_on_to_step_id: "btree (to_step_id)",
    index_step_edges_from_step_for_children: "btree (from_step_id)",
    index_step_edges_parent_lookup: "btree (from_step_id)",
    index_tasker_workflow_step_edges_on_from_step_id: "btree (from_step_id)",
  },
  tasker_workflow_step_transitions: {
    idx_step_transitions_current_state: "btree (workflow_step_id, most_recent, to_state) where most_recent = true",
    idx_step_transitions_most_recent: "btree (workflow_step_id, most_recent) where most_recent = true",
    index_step_transitions_current_state_optimized: "btree (workflow_step_id, most_recent) where most_recent = true",
    index_step_transitions_completed: "btree (workflow_step_id, to_state) where to_state = 'complete'",
    index_step_transitions_completed_parents:
      "btree (workflow_step_id, most_recent) where to_state::text in ('complete', 'resolved_manually') and most_recent = true",
    index_step_transitions_current_errors:
      "btree (workflow_step_id, most_recent, created_at) where to_state = 'error' and most_recent = true",
    index_step_transitions_failures_with_timing:
      "btree (workflow_step_id, to_state, created_at) where to_state = 'failed'",
    index_step_transitions_for_current_state: "btree (workflow_step_id, created_at)",
    index_tasker_workflow_step_transitions_on_sort_key: "btree (sort_key)",
    index_tasker_workflow_step_transitions_on_workflow_step_id: "btree (workflow_step_id)",
  },
  tasker_annotation_types: {
    annotation_types_name_index: "btree (name)",
  },
  tasker_task_annotations: {
    task_annotations_annotation_idx: "gin (annotation)",
    task_annotations_annotation_idx1: "gin (annotation jsonb_path_ops)",
    task_annotations_annotation_type_id_index: "btree (annotation_type_id)",
    task_annotations_task_id_index: "btree (task_id)",
  },
};

/** An index of the Rails engine's schema. */
export interface ReferenceIndex {
  readonly table: string;
  readonly name: string;
  /** Method, columns and what else follows `using` in its statement. */
  readonly using: string;
}

/** The Rails engine's non-unique indexes, table by table. */
export const REFERENCE_INDEXES: readonly ReferenceIndex[] = Object.entries(REFERENCE_INDEX_TEXTS).flatMap(
  ([table, indexes]) => Object.entries(indexes).map(([name, using]) => ({ table, name, using })),
);
