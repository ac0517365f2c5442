# frozen_string_literal: true

# Does with ActiveRecord what it is told on standard input, a JSON object a line: {"id", "command", ...}. Answers each with a
# line {"id", "result"} or {"id", "error": class, "message"}, in the order in which they are done. DATABASE_URL names the
# database.

require "json"
require_relative "tasker_models"

THREADS = 6

ActiveRecord::Base.default_timezone = :utc
ActiveRecord::Base.establish_connection(url: ENV.fetch("DATABASE_URL"), pool: THREADS, prepared_statements: true)

# The commands by name.
module Commands
  module_function

  def create_task(namespace:, name:, version:, context:, steps:, source_system: "rails", **)
    Tasker::Task.transaction do
      space = ensure_row(Tasker::TaskNamespace, name: namespace)
      named_task = ensure_row(Tasker::NamedTask, task_namespace: space, name: name, version: version)
      task = Tasker::Task.create!(
        named_task: named_task, requested_at: Time.now.utc, initiator: "rails", source_system: source_system,
        reason: "test", complete: false, tags: [], bypass_steps: [], context: context, identity_hash: SecureRandom.uuid
      )
      add_steps(task, named_task, steps)
      task.task_id
    end
  end

  # Finds a row or makes it, also where somebody else makes it at the same time.
  def ensure_row(model, **attributes)
    model.find_by(attributes) || model.transaction(requires_new: true) { model.create!(attributes) }
  rescue ActiveRecord::RecordNotUnique, ActiveRecord::RecordInvalid
    model.find_by!(attributes)
  end

  def add_steps(task, named_task, steps)
    system = ensure_row(Tasker::DependentSystem, name: "rails")
    built = steps.to_h do |step|
      named_step = ensure_row(Tasker::NamedStep, dependent_system: system, name: step.fetch("name"))
      ensure_row(Tasker::NamedTasksNamedStep, named_task: named_task, named_step: named_step)
      [step.fetch("name"), Tasker::WorkflowStep.create!(
        task: task, named_step: named_step, retryable: true, retry_limit: step.fetch("retry_limit", 3), attempts: 0,
        in_process: false, processed: false, inputs: task.context, results: {}
      )]
    end
    steps.each do |step|
      step.fetch("depends_on", []).each do |parent|
        Tasker::WorkflowStepEdge.create!(from_step: built[parent], to_step: built[step["name"]], name: "provides")
      end
    end
  end

  def cancel_task(task_id:, **) = move(Tasker::Task.find(task_id), "cancelled")
  def resolve_task(task_id:, **) = move(Tasker::Task.find(task_id), "resolved_manually")
  def retry_task(task_id:, **) = move(Tasker::Task.find(task_id), "pending")
  def cancel_step(task_id:, step:, **) = move(Tasker::Task.find(task_id).step(step), "cancelled")
  def resolve_step(task_id:, step:, **) = move(Tasker::Task.find(task_id).step(step), "resolved_manually")
  def retry_step(task_id:, step:, **) = move(Tasker::Task.find(task_id).step(step), "pending")

  def move(record, state)
    transition = record.state_machine.transition_to!(state, { "triggered_by" => "operator" })
    { kind: record.is_a?(Tasker::Task) ? "task" : "step", owner: record.id, sort_key: transition.sort_key, to: state }
  end

  def status(task_id:, **)
    task = Tasker::Task.find(task_id)
    steps = task.workflow_steps.includes(:named_step).to_h do |step|
      [step.named_step.name, { state: step.state_machine.current_state, attempts: step.attempts, results: step.results,
                               processed: step.processed }]
    end
    { state: task.state_machine.current_state, complete: task.complete, context: task.context, steps: steps }
  end

  # What the models find wrong with a task's rows.
  def problems(task_id:, **)
    task = Tasker::Task.find(task_id)
    steps = task.workflow_steps.to_a
    records = [task, *steps, *task.task_transitions, *task.task_annotations] +
              steps.flat_map { |step| [*step.workflow_step_transitions, *step.incoming_edges] }
    records.reject(&:valid?).map { |record| "#{record.class} #{record.id}: #{record.errors.full_messages.join(', ')}" }
  end

  def destroy_task(task_id:, **)
    Tasker::Task.find(task_id).destroy!
    true
  end
end

NAMES = %w[create_task cancel_task resolve_task retry_task cancel_step resolve_step retry_step status problems
           destroy_task].freeze

def answer(line)
  request = JSON.parse(line)
  id = request.delete("id")
  command = request.delete("command")
  raise ArgumentError, "no command #{command}" unless NAMES.include?(command)

  result = ActiveRecord::Base.connection_pool.with_connection do
    Commands.public_send(command, **request.transform_keys(&:to_sym))
  end
  { id: id, result: result }
rescue StandardError => e
  { id: id, error: e.class.name, message: e.message }
end

queue = Queue.new
output = Mutex.new
workers = Array.new(THREADS) do
  Thread.new do
    while (line = queue.pop)
      text = JSON.generate(answer(line))
      output.synchronize do
        $stdout.puts(text)
        $stdout.flush
      end
    end
  end
end
$stdin.each_line { |line| queue << line }
queue.close
workers.each(&:join)
