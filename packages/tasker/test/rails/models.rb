# frozen_string_literal: true

# The tables that both engines use, as ActiveRecord models by the conventions of the Rails engine: its prefix, its primary
# keys, its associations and validations. Written for these tests: the Rails engine itself needs a newer Rails.

require "active_record"
require "securerandom"

module Tasker
  STATES = %w[pending in_progress complete error cancelled resolved_manually].freeze

  def self.table_name_prefix
    "tasker_"
  end

  class Record < ActiveRecord::Base
    self.abstract_class = true
  end

  class TaskNamespace < Record
    self.primary_key = :task_namespace_id
    has_many :named_tasks
    validates :name, presence: true, uniqueness: true, length: { maximum: 64 }
  end

  class NamedTask < Record
    self.primary_key = :named_task_id
    belongs_to :task_namespace
    has_many :tasks
    has_many :named_tasks_named_steps
    validates :name, uniqueness: { scope: %i[task_namespace_id version] }
    validates :version, format: { with: /\A\d+\.\d+\.\d+\z/ }
  end

  class DependentSystem < Record
    self.primary_key = :dependent_system_id
    has_many :named_steps
    validates :name, presence: true, uniqueness: true
  end

  class DependentSystemObjectMap < Record
    self.primary_key = :dependent_system_object_map_id
    belongs_to :dependent_system_one, class_name: "Tasker::DependentSystem"
    belongs_to :dependent_system_two, class_name: "Tasker::DependentSystem"
  end

  class NamedStep < Record
    self.primary_key = :named_step_id
    belongs_to :dependent_system
    validates :name, uniqueness: { scope: :dependent_system_id }
  end

  class NamedTasksNamedStep < Record
    belongs_to :named_task
    belongs_to :named_step
  end

  class Task < Record
    self.primary_key = :task_id
    belongs_to :named_task
    has_many :workflow_steps, dependent: :destroy
    has_many :task_annotations, dependent: :destroy
    has_many :task_transitions, dependent: :destroy
    validates :context, :requested_at, presence: true

    def state_machine
      StateMachine.new(self, task_transitions, StateMachine::TASK_MOVES)
    end

    def step(name)
      workflow_steps.joins(:named_step).find_by!(named_step: { name: name })
    end
  end

  class WorkflowStep < Record
    self.primary_key = :workflow_step_id
    belongs_to :task
    belongs_to :named_step
    has_many :incoming_edges, class_name: "Tasker::WorkflowStepEdge", foreign_key: :to_step_id, dependent: :destroy
    has_many :outgoing_edges, class_name: "Tasker::WorkflowStepEdge", foreign_key: :from_step_id, dependent: :destroy
    has_many :workflow_step_transitions, dependent: :destroy
    validates :named_step_id, uniqueness: { scope: :task_id }

    def state_machine
      StateMachine.new(self, workflow_step_transitions, StateMachine::STEP_MOVES)
    end
  end

  class WorkflowStepEdge < Record
    belongs_to :from_step, class_name: "Tasker::WorkflowStep"
    belongs_to :to_step, class_name: "Tasker::WorkflowStep"
    validates :name, presence: true
  end

  module Transition
    extend ActiveSupport::Concern

    included do
      validates :to_state, inclusion: { in: STATES }
      validates :from_state, inclusion: { in: STATES }, allow_nil: true
      validate { errors.add(:metadata, "must be an object") unless metadata.is_a?(Hash) }
    end
  end

  class TaskTransition < Record
    include Transition
    belongs_to :task
    validates :sort_key, presence: true, uniqueness: { scope: :task_id }
  end

  class WorkflowStepTransition < Record
    include Transition
    belongs_to :workflow_step
    validates :sort_key, presence: true, uniqueness: { scope: :workflow_step_id }
  end

  class AnnotationType < Record
    self.primary_key = :annotation_type_id
    validates :name, presence: true, uniqueness: true
  end

  class TaskAnnotation < Record
    self.primary_key = :task_annotation_id
    belongs_to :task
    belongs_to :annotation_type
  end

  # Writes transitions by the protocol of the Rails engine's state machines: no lock, the last row's sort key and ten, the flag
  # cleared before the new row is inserted, both in one transaction of their own.
  class StateMachine
    TransitionFailed = Class.new(StandardError)
    TransitionConflict = Class.new(StandardError)

    TASK_MOVES = {
      "pending" => %w[in_progress cancelled error],
      "in_progress" => %w[complete error cancelled pending],
      "error" => %w[pending resolved_manually],
      "complete" => %w[cancelled],
      "resolved_manually" => %w[cancelled],
      "cancelled" => []
    }.freeze
    STEP_MOVES = {
      "pending" => %w[in_progress error cancelled resolved_manually],
      "in_progress" => %w[complete error cancelled],
      "error" => %w[pending resolved_manually],
      "complete" => [], "resolved_manually" => [], "cancelled" => []
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
      raise TransitionFailed, "cannot go from #{from} to #{state}" unless @moves.fetch(from).include?(state)

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
