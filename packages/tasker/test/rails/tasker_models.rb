# frozen_string_literal: true

# The shared tables as ActiveRecord models with the conventions of the Rails engine: table prefix, primary keys,
# associations, validations and scopes. Written from the description of its data model, for ActiveRecord 6.1, which Debian
# has. Scopes that raise there do here what they are for.

require "active_record"
require "securerandom"

module Tasker
  DONE = %w[complete resolved_manually].freeze
  STATES = %w[pending in_progress error complete cancelled resolved_manually].freeze

  def self.connect(url)
    ActiveRecord::Base.establish_connection(url)
    ActiveRecord::Base.default_timezone = :utc
  end

  class ApplicationRecord < ActiveRecord::Base
    self.abstract_class = true
    self.belongs_to_required_by_default = true

    def self.table(name, key)
      self.table_name = "tasker_#{name}"
      self.primary_key = key
    end

    # As the reference's framework defaults have it: a new row gets every column, an update only those that changed.
    def attribute_names_for_partial_writes
      new_record? ? attribute_names : super
    end
  end

  class TaskNamespace < ApplicationRecord
    table "task_namespaces", "task_namespace_id"
    has_many :named_tasks, foreign_key: :task_namespace_id, dependent: :nullify
    validates :name, presence: true, uniqueness: true, length: { maximum: 64 }
    validates :description, length: { maximum: 255 }, allow_nil: true
    scope :custom, -> { where.not(name: "default") }

    def self.default
      find_or_create_by!(name: "default")
    end
  end

  class NamedTask < ApplicationRecord
    table "named_tasks", "named_task_id"
    belongs_to :task_namespace, foreign_key: :task_namespace_id
    has_many :tasks, foreign_key: :named_task_id, dependent: :nullify
    validates :name, presence: true, length: { maximum: 64 }
    validates :version, presence: true, format: { with: /\A\d+\.\d+\.\d+\z/ }, length: { maximum: 16 }
    validates :task_namespace_id, uniqueness: { scope: %i[name version] }
    scope :in_namespace, ->(names) { joins(:task_namespace).where(tasker_task_namespaces: { name: names }) }
    scope :with_version, ->(version) { where(version: version) }
    scope :latest_versions, lambda {
      select("DISTINCT ON (task_namespace_id, name) tasker_named_tasks.*").order(:task_namespace_id, :name, version: :desc)
    }

    def self.find_or_create_by_full_name!(name:, namespace_name: "default", version: "0.1.0")
      namespace = TaskNamespace.find_or_create_by!(name: namespace_name)
      find_or_create_by!(name: name, task_namespace_id: namespace.id, version: version)
    end
  end

  class DependentSystem < ApplicationRecord
    table "dependent_systems", "dependent_system_id"
    has_many :named_steps, foreign_key: :dependent_system_id, dependent: :destroy
    validates :name, presence: true, uniqueness: true
  end

  class DependentSystemObjectMap < ApplicationRecord
    table "dependent_system_object_maps", "dependent_system_object_map_id"
    belongs_to :dependent_system_one, class_name: "Tasker::DependentSystem", foreign_key: :dependent_system_one_id
    belongs_to :dependent_system_two, class_name: "Tasker::DependentSystem", foreign_key: :dependent_system_two_id
  end

  class NamedStep < ApplicationRecord
    table "named_steps", "named_step_id"
    belongs_to :dependent_system, foreign_key: :dependent_system_id
    has_many :workflow_steps, foreign_key: :named_step_id, dependent: :nullify
    validates :name, presence: true, uniqueness: { scope: :dependent_system_id }
  end

  class NamedTasksNamedStep < ApplicationRecord
    table "named_tasks_named_steps", "id"
    belongs_to :named_task, foreign_key: :named_task_id
    belongs_to :named_step, foreign_key: :named_step_id
    validates :named_task_id, uniqueness: { scope: :named_step_id }
    scope :named_steps_for_named_task, lambda { |named_task_id|
      where(named_task_id: named_task_id).includes(:named_task, :named_step)
    }
  end

  # What both kinds of transitions have in common.
  module Transition
    extend ActiveSupport::Concern

    included do
      validates :to_state, inclusion: { in: STATES }
      validates :from_state, inclusion: { in: STATES }, allow_nil: true
      validates :sort_key, presence: true
      validate { errors.add(:metadata, "must be an object") unless metadata.is_a?(Hash) }
      scope :recent, -> { order(sort_key: :desc) }
      scope :to_state, ->(state) { where(to_state: state) }
      scope :with_metadata_key, ->(key) { where("metadata ? :key", key: key) }
      scope :with_metadata_value, lambda { |key, value|
        where("metadata -> :key = CAST(:value AS jsonb)", key: key, value: value.to_json)
      }
      scope :in_time_range, ->(from, to) { where("#{table_name}.created_at BETWEEN :from AND :to", from: from, to: to) }
    end
  end

  class TaskTransition < ApplicationRecord
    table "task_transitions", "id"
    include Transition
    belongs_to :task, foreign_key: :task_id
    validates :sort_key, uniqueness: { scope: :task_id }
    scope :for_task, ->(task_id) { where(task_id: task_id) }
  end

  class WorkflowStepTransition < ApplicationRecord
    table "workflow_step_transitions", "id"
    include Transition
    belongs_to :workflow_step, foreign_key: :workflow_step_id
    validates :sort_key, uniqueness: { scope: :workflow_step_id }
    scope :for_task, ->(task_id) { joins(:workflow_step).where(tasker_workflow_steps: { task_id: task_id }) }
    scope :for_attempt, ->(attempt) { with_metadata_value("attempt_number", attempt) }
    scope :retry_transitions, lambda {
      to_state("pending").where(<<~SQL)
        EXISTS (
          SELECT 1 FROM tasker_workflow_step_transitions earlier
          WHERE earlier.workflow_step_id = tasker_workflow_step_transitions.workflow_step_id
            AND earlier.sort_key < tasker_workflow_step_transitions.sort_key AND earlier.to_state = 'error'
        )
      SQL
    }
  end

  class WorkflowStepEdge < ApplicationRecord
    table "workflow_step_edges", "id"
    belongs_to :from_step, class_name: "Tasker::WorkflowStep", foreign_key: :from_step_id
    belongs_to :to_step, class_name: "Tasker::WorkflowStep", foreign_key: :to_step_id
    validates :name, presence: true
    scope :children_of, ->(step) { where(from_step_id: step.id) }
    scope :parents_of, ->(step) { where(to_step_id: step.id) }
    scope :provides_edges, -> { where(name: "provides") }
    scope :provides_to_children, lambda { |step|
      where(name: "provides", to_step_id: WorkflowStepEdge.children_of(step).select(:to_step_id))
    }
    scope :siblings_of, lambda { |step|
      where(to_step_id: find_by_sql([<<~SQL, { id: step.id }]).map(&:to_step_id))
        WITH wanted AS (
          SELECT array_agg(from_step_id ORDER BY from_step_id) AS parents FROM tasker_workflow_step_edges WHERE to_step_id = :id
        ), candidates AS (
          SELECT DISTINCT edge.to_step_id FROM tasker_workflow_step_edges edge
          WHERE edge.from_step_id IN (SELECT from_step_id FROM tasker_workflow_step_edges WHERE to_step_id = :id)
            AND edge.to_step_id <> :id
        )
        SELECT candidates.to_step_id FROM candidates
        JOIN tasker_workflow_step_edges edge ON edge.to_step_id = candidates.to_step_id
        GROUP BY candidates.to_step_id
        HAVING array_agg(edge.from_step_id ORDER BY edge.from_step_id) = (SELECT parents FROM wanted)
      SQL
    }
  end

  class StepDagRelationship < ApplicationRecord
    table "step_dag_relationships", "workflow_step_id"
    scope :for_task, ->(task_id) { where(task_id: task_id) }
    scope :root_steps, -> { where(is_root_step: true) }
    scope :leaf_steps, -> { where(is_leaf_step: true) }
    scope :with_parents, -> { where("parent_count > 0") }
    scope :with_children, -> { where("child_count > 0") }
    scope :siblings_of, ->(step) { where(workflow_step_id: WorkflowStepEdge.siblings_of(step).select(:to_step_id)) }

    def readonly?
      true
    end
  end

  class WorkflowStep < ApplicationRecord
    table "workflow_steps", "workflow_step_id"
    belongs_to :task, foreign_key: :task_id
    belongs_to :named_step, foreign_key: :named_step_id
    has_many :incoming_edges, class_name: "Tasker::WorkflowStepEdge", foreign_key: :to_step_id, dependent: :destroy
    has_many :outgoing_edges, class_name: "Tasker::WorkflowStepEdge", foreign_key: :from_step_id, dependent: :destroy
    has_many :parents, through: :incoming_edges, source: :from_step
    has_many :children, through: :outgoing_edges, source: :to_step
    has_many :workflow_step_transitions, foreign_key: :workflow_step_id, dependent: :destroy
    validates :named_step_id, uniqueness: { scope: :task_id }

    scope :in_current_state, lambda { |states|
      joins(:workflow_step_transitions)
        .where(tasker_workflow_step_transitions: { most_recent: true, to_state: states })
    }
    scope :completed, -> { in_current_state(DONE) }
    scope :failed, -> { in_current_state("error") }
    scope :pending, lambda {
      left_joins(:workflow_step_transitions).where(<<~SQL)
        tasker_workflow_step_transitions.id IS NULL OR (tasker_workflow_step_transitions.most_recent = TRUE
          AND tasker_workflow_step_transitions.to_state IN ('pending', 'in_progress'))
      SQL
    }
    scope :for_task, ->(task) { where(task_id: task.id) }
    scope :by_current_state, lambda { |state = nil|
      current = joins(:workflow_step_transitions).where(tasker_workflow_step_transitions: { most_recent: true })
      state.present? ? current.where(tasker_workflow_step_transitions: { to_state: state }) : current
    }
    scope :completed_since, lambda { |time|
      in_current_state("complete").where("tasker_workflow_step_transitions.created_at > ?", time)
    }
    scope :failed_since, lambda { |time|
      in_current_state("error").where("tasker_workflow_step_transitions.created_at > ?", time)
    }
    scope :for_tasks_since, ->(time) { joins(:task).where("tasker_tasks.created_at > ?", time) }

    def name
      named_step.name
    end

    def state_machine
      StateMachine.new(self, workflow_step_transitions, StateMachine::STEP_MOVES)
    end

    # Guard of the machine: a step starts when all of its parents are done.
    def may_move_to?(state)
      state != "in_progress" || parents.reload.all? { |parent| DONE.include?(parent.state_machine.current_state) }
    end
  end

  class AnnotationType < ApplicationRecord
    table "annotation_types", "annotation_type_id"
    has_many :task_annotations, foreign_key: :annotation_type_id, dependent: :destroy
    validates :name, presence: true, uniqueness: true
  end

  class TaskAnnotation < ApplicationRecord
    table "task_annotations", "task_annotation_id"
    belongs_to :task, foreign_key: :task_id
    belongs_to :annotation_type, foreign_key: :annotation_type_id
  end

  class Task < ApplicationRecord
    table "tasks", "task_id"
    belongs_to :named_task, foreign_key: :named_task_id
    has_many :workflow_steps, foreign_key: :task_id, dependent: :destroy
    has_many :task_annotations, foreign_key: :task_id, dependent: :destroy
    has_many :task_transitions, foreign_key: :task_id, dependent: :destroy
    validates :context, presence: true
    validates :requested_at, presence: true
    validates :identity_hash, uniqueness: true, on: :create

    after_initialize do
      if new_record?
        self.requested_at ||= Time.now.utc
        self.initiator ||= "unknown"
        self.source_system ||= "unknown"
        self.reason ||= "unknown"
        self.complete = false if complete.nil?
        self.tags ||= []
        self.bypass_steps ||= []
        self.identity_hash ||= SecureRandom.uuid
      end
    end

    scope :by_annotation, lambda { |type, key, value|
      # Not DISTINCT: bypass_steps is json, which has no equality.
      where(task_id: TaskAnnotation.joins(:annotation_type).where(tasker_annotation_types: { name: type.strip })
        .where("tasker_task_annotations.annotation ->> ? = ?", key.gsub(/[^0-9A-Za-z\-_]/, ""), value).select(:task_id))
    }
    scope :joined_to_newest_transition, lambda {
      joins(<<~SQL)
        INNER JOIN (
          SELECT DISTINCT ON (task_id) task_id, to_state, created_at FROM tasker_task_transitions
          ORDER BY task_id, sort_key DESC
        ) newest ON newest.task_id = tasker_tasks.task_id
      SQL
    }
    scope :by_current_state, lambda { |state = nil|
      state.present? ? joined_to_newest_transition.where(newest: { to_state: state }) : joined_to_newest_transition
    }
    scope :with_all_associated, lambda {
      includes(named_task: :task_namespace)
        .includes(workflow_steps: %i[named_step parents children])
        .includes(task_annotations: :annotation_type)
        .includes(:task_transitions)
    }
    scope :created_since, ->(time) { where("tasker_tasks.created_at > ?", time) }
    scope :completed_since, lambda { |time|
      where(task_id: WorkflowStep.completed_since(time).select(:task_id))
    }
    scope :failed_since, lambda { |time|
      joined_to_newest_transition.where(newest: { to_state: "error" }).where("newest.created_at > ?", time)
    }
    scope :active, lambda {
      where(<<~SQL)
        EXISTS (
          SELECT 1 FROM tasker_workflow_steps step
          JOIN tasker_workflow_step_transitions transition ON transition.workflow_step_id = step.workflow_step_id
          WHERE step.task_id = tasker_tasks.task_id AND transition.most_recent = TRUE
            AND transition.to_state NOT IN ('complete', 'error', 'skipped', 'resolved_manually')
        )
      SQL
    }
    scope :in_namespace, lambda { |names|
      joins(named_task: :task_namespace).where(tasker_task_namespaces: { name: names })
    }
    scope :with_task_name, ->(name) { joins(:named_task).where(tasker_named_tasks: { name: name }) }
    scope :with_version, ->(version) { joins(:named_task).where(tasker_named_tasks: { version: version }) }

    def state_machine
      StateMachine.new(self, task_transitions, StateMachine::TASK_MOVES)
    end

    # Guard of the machine: a task is complete when all of its steps are done.
    def may_move_to?(state)
      state != "complete" || workflow_steps.completed.count == workflow_steps.count
    end

    def step(name)
      workflow_steps.joins(:named_step).find_by!(tasker_named_steps: { name: name })
    end
  end

  # Writes transitions by the protocol of the Rails engine's state machines: no lock, the last row's sort key and ten, the flag
  # cleared before the new row is inserted, both in one transaction, `from_state` left empty.
  class StateMachine
    TransitionFailed = Class.new(StandardError)
    # Somebody else moved the record between the read and the write: nothing was written, the caller may look again.
    TransitionConflict = Class.new(StandardError)

    TASK_MOVES = {
      "pending" => %w[in_progress cancelled error], "in_progress" => %w[complete error cancelled pending],
      "error" => %w[pending resolved_manually], "complete" => %w[cancelled], "resolved_manually" => %w[cancelled],
      "cancelled" => []
    }.freeze
    STEP_MOVES = {
      "pending" => %w[in_progress error cancelled resolved_manually], "in_progress" => %w[complete error cancelled],
      "error" => %w[pending resolved_manually], "complete" => [], "resolved_manually" => [], "cancelled" => []
    }.freeze

    def initialize(parent, transitions, moves)
      @parent = parent
      @transitions = transitions
      @moves = moves
    end

    def current_state
      @transitions.where(most_recent: true).order(:id).first&.to_state || "pending"
    end

    def transition_to!(state, metadata = {})
      last = @transitions.order(:sort_key).last
      from = last&.to_state || "pending"
      unless @moves.fetch(from).include?(state) && @parent.may_move_to?(state)
        raise TransitionFailed, "cannot go from #{from} to #{state}"
      end

      @parent.class.transaction(requires_new: true) do
        @transitions.where(most_recent: true).update_all(most_recent: false, updated_at: Time.now.utc)
        @transitions.create!(to_state: state, sort_key: (last&.sort_key || 0) + 10, metadata: metadata, most_recent: true)
      end
    rescue ActiveRecord::RecordNotUnique, ActiveRecord::Deadlocked => e
      raise TransitionConflict, e.message
    rescue ActiveRecord::RecordInvalid => e
      raise unless e.record.errors.of_kind?(:sort_key, :taken)

      raise TransitionConflict, e.message
    end
  end
end
