# frozen_string_literal: true

# Measures the same questions and the same life cycle of steps in ActiveRecord. Reads one job as JSON from standard input,
# writes one JSON object a line: {"case":..., ...}. Times are medians in milliseconds.

require "json"
require_relative "../../packages/tasker/test/rails/tasker_models"

job = JSON.parse($stdin.read)
Tasker.connect(job.fetch("url"))
include Tasker

def clock_ms
  Process.clock_gettime(Process::CLOCK_MONOTONIC) * 1_000
end

# As `medianMs` does: two calls before the first sample.
def median_ms(samples)
  2.times { yield }
  times = Array.new(samples) do
    started = clock_ms
    yield
    clock_ms - started
  end
  times.sort[samples / 2]
end

# The scopes that both kinds of transitions have.
def transition_scopes(name, model)
  {
    "#{name}.toState" => ->(given) { model.to_state(given["state"]) },
    "#{name}.withMetadataKey" => ->(given) { model.with_metadata_key(given["metadata_key"]) },
    "#{name}.withMetadataValue" => lambda { |given|
      model.with_metadata_value(given["metadata_key"], given["metadata_value"])
    },
    "#{name}.inTimeRange" => ->(given) { model.in_time_range(given["since"], given["until"]) },
    "#{name}.recent" => ->(_) { model.recent }
  }
end

# Scopes by the names that both sides use; `given` are the values that the job names.
SCOPES = {
  "Task.byCurrentState" => ->(given) { Task.by_current_state(given["state"]) },
  "Task.active" => ->(_) { Task.active },
  "Task.createdSince" => ->(given) { Task.created_since(given["since"]) },
  "Task.completedSince" => ->(given) { Task.completed_since(given["since"]) },
  "Task.failedSince" => ->(given) { Task.failed_since(given["since"]) },
  "Task.inNamespace" => ->(given) { Task.in_namespace(given["namespace"]) },
  "Task.withTaskName" => ->(given) { Task.with_task_name(given["name"]) },
  "Task.withVersion" => ->(given) { Task.with_version(given["version"]) },
  "Task.byAnnotation" => ->(given) { Task.by_annotation(given["annotation"], given["key"], given["value"]) },
  "Task.inNamespace+byCurrentState+createdSince" => lambda { |given|
    Task.in_namespace(given["namespace"]).by_current_state(given["state"]).created_since(given["since"])
  },
  "WorkflowStep.completed" => ->(_) { WorkflowStep.completed },
  "WorkflowStep.failed" => ->(_) { WorkflowStep.failed },
  "WorkflowStep.pending" => ->(_) { WorkflowStep.pending },
  "WorkflowStep.forTask" => ->(given) { WorkflowStep.for_task(Task.new { |task| task.task_id = given["task_id"] }) },
  "WorkflowStep.byCurrentState" => ->(given) { WorkflowStep.by_current_state(given["state"]) },
  "WorkflowStep.completedSince" => ->(given) { WorkflowStep.completed_since(given["since"]) },
  "WorkflowStep.failedSince" => ->(given) { WorkflowStep.failed_since(given["since"]) },
  "WorkflowStep.forTasksSince" => ->(given) { WorkflowStep.for_tasks_since(given["since"]) },
  "WorkflowStepEdge.childrenOf" => ->(given) { WorkflowStepEdge.children_of(step(given)) },
  "WorkflowStepEdge.parentsOf" => ->(given) { WorkflowStepEdge.parents_of(step(given)) },
  "WorkflowStepEdge.siblingsOf" => ->(given) { WorkflowStepEdge.siblings_of(step(given)) },
  "WorkflowStepEdge.providesToChildren" => ->(given) { WorkflowStepEdge.provides_to_children(step(given)) },
  "WorkflowStepEdge.providesEdges" => ->(_) { WorkflowStepEdge.provides_edges },
  "TaskTransition.forTask" => ->(given) { TaskTransition.for_task(given["task_id"]) },
  "WorkflowStepTransition.forTask" => ->(given) { WorkflowStepTransition.for_task(given["task_id"]) },
  "WorkflowStepTransition.retryTransitions" => ->(_) { WorkflowStepTransition.retry_transitions },
  "WorkflowStepTransition.forAttempt" => ->(given) { WorkflowStepTransition.for_attempt(given["attempt"]) },
  **transition_scopes("TaskTransition", TaskTransition),
  **transition_scopes("WorkflowStepTransition", WorkflowStepTransition),
  "TaskNamespace.custom" => ->(_) { TaskNamespace.custom },
  "NamedTask.latestVersions" => ->(_) { NamedTask.latest_versions },
  "NamedTask.inNamespace" => ->(given) { NamedTask.in_namespace(given["namespace"]) },
  "NamedTask.withVersion" => ->(given) { NamedTask.with_version(given["version"]) },
  "NamedTasksNamedStep.namedStepsForNamedTask" => lambda { |given|
    # Without the named task and the named step that the scope loads with each row.
    NamedTasksNamedStep.named_steps_for_named_task(given["named_task_id"]).except(:includes)
  },
  "StepDagRelationship.forTask" => ->(given) { relationships(given) },
  "StepDagRelationship.forTask+rootSteps" => ->(given) { relationships(given).root_steps },
  "StepDagRelationship.forTask+leafSteps" => ->(given) { relationships(given).leaf_steps },
  "StepDagRelationship.forTask+withParents" => ->(given) { relationships(given).with_parents },
  "StepDagRelationship.forTask+withChildren" => ->(given) { relationships(given).with_children },
  "StepDagRelationship.forTask+siblingsOf" => ->(given) { relationships(given).siblings_of(step(given)) }
}.freeze

def step(given)
  WorkflowStep.new { |step| step.workflow_step_id = given["step_id"] }
end

def relationships(given)
  StepDagRelationship.for_task(given["task_id"])
end

# `first`: reading up to `rows` rows as objects; `count`: the number of all rows. Names that are not
# known here are left out of the answers.
def measure_scopes(job)
  given = job.fetch("given")
  SCOPES.slice(*job.fetch("scopes")).each do |name, scope|
    relation = -> { scope.call(given) }
    # This scope has a select list of its own, which a count does not go with.
    count = name == "NamedTask.latestVersions" ? -> { relation.call.to_a.size } : -> { relation.call.count }
    puts JSON.generate(
      case: name, count: count.call,
      first_ms: median_ms(job["samples"]) { relation.call.limit(job["rows"]).to_a },
      count_ms: median_ms(job["count_samples"]) { count.call }
    )
    $stdout.flush
  end
end

# Loading tasks with everything that belongs to them.
def measure_associated(job)
  ids = job.fetch("task_ids")
  time = median_ms(job["samples"]) { Task.with_all_associated.where(task_id: ids).to_a }
  puts JSON.generate(case: "Task.withAllAssociated", count: ids.size, first_ms: time)
end

# Makes tasks of linear steps the way the reference's models do: row by row.
def create_tasks(named_task, named_steps, count)
  Array.new(count) do |number|
    ActiveRecord::Base.transaction do
      task = Task.create!(named_task: named_task, context: { number: number })
      steps = named_steps.map do |named_step|
        WorkflowStep.create!(task: task, named_step: named_step, attempts: 0, inputs: task.context, results: {})
      end
      steps.each_cons(2) { |from, to| WorkflowStepEdge.create!(from_step: from, to_step: to, name: "provides") }
      task
    end
  end
end

def viable_steps(task)
  rows = ActiveRecord::Base.connection.exec_query(
    "SELECT workflow_step_id FROM get_step_readiness_status($1::bigint) WHERE ready_for_execution", "viable", [[nil, task.id]]
  )
  WorkflowStep.where(workflow_step_id: rows.map { |row| row["workflow_step_id"] }).includes(:named_step).to_a
end

# One task from its start to its end: each step is started, run by nothing, and completed with its columns.
def run_task(task)
  task.state_machine.transition_to!("in_progress")
  until (steps = viable_steps(task)).empty?
    steps.each do |step|
      step.state_machine.transition_to!("in_progress")
      ActiveRecord::Base.transaction do
        now = Time.now.utc
        step.update!(processed: true, in_process: false, processed_at: now, last_attempted_at: now,
                     attempts: step.attempts.to_i + 1, results: { ok: true })
        step.state_machine.transition_to!("complete")
      end
    end
  end
  ActiveRecord::Base.transaction do
    task.update!(complete: true)
    task.state_machine.transition_to!("complete")
  end
end

def measure_life_cycle(job)
  named_task = NamedTask.find_or_create_by_full_name!(name: "rails_linear", namespace_name: "rails")
  system = DependentSystem.find_or_create_by!(name: "rails")
  named_steps = Array.new(job["steps"]) { |n| NamedStep.find_or_create_by!(name: "step_#{n}", dependent_system: system) }
  create_tasks(named_task, named_steps, 2).each { |task| run_task(task) }
  started = clock_ms
  tasks = create_tasks(named_task, named_steps, job["tasks"])
  created = clock_ms
  tasks.each { |task| run_task(task) }
  ended = clock_ms
  puts JSON.generate(case: "lifeCycle", count: job["tasks"] * job["steps"], create_ms: created - started, run_ms: ended - created)
end

measure_scopes(job["read"]) if job["read"]
measure_associated(job["associated"]) if job["associated"]
measure_life_cycle(job["life_cycle"]) if job["life_cycle"]
