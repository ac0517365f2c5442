import type { Connection } from "../database/database.ts";
import { bool, int8, json, jsonb, text, timestamp } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";
import type { HandlerRegistry } from "../handlers/registry.ts";
import type { TaskTemplate } from "../handlers/task-template.ts";
import type { TaskWait } from "../templates/step-wait.ts";
import type { Tracing } from "../tracing/tracing.ts";
import { readContext } from "./begin-wait.ts";
import { childKey } from "./child-key.ts";
import { DefinitionNaming } from "./name-definition.ts";
import type { PreparedTask, TaskPreparer } from "./prepare-task.ts";
import type { StandingWait } from "./standing-wait.ts";
import type { StepRun } from "./step-run.ts";
import { StoredTemplates } from "./stored-templates.ts";
import { encodeSubmit } from "./submit-tasks.ts";
import type { SubmittedTask } from "./task-request.ts";
import type { TaskRun } from "./task-run.ts";
import { traceChild } from "./tracing/trace-child.ts";

/** Submits a task in the name of a step, if the step still waits for it. */
export const submitChildStatement = statement({
  name: "submit_child",
  text: "select task_id, created from tasker_submit_child($1, $2, $3, $4, $5, $6, $7, $8)",
  parameters: [int8, int8, int8, int8, text, timestamp, jsonb, json],
  columns: { task_id: int8, created: bool },
});

/** A step that waits, with its task. */
export interface WaitingStep {
  readonly run: TaskRun;
  readonly step: StepRun;
  readonly wait: StandingWait;
}

/** Submits the tasks that steps wait for. */
export class ChildStarter {
  readonly #connection: Connection;
  readonly #stored: StoredTemplates;
  readonly #preparer: TaskPreparer;
  readonly #tracing: Tracing | null;
  readonly #naming = new DefinitionNaming();

  constructor(connection: Connection, registry: HandlerRegistry, preparer: TaskPreparer, tracing: Tracing | null) {
    this.#tracing = tracing;
    this.#connection = connection;
    this.#stored = new StoredTemplates(connection, registry);
    this.#preparer = preparer;
  }

  /**
   * Finds the template of a task that another process runs: what that has run is known by its definition.
   * @returns null if it is registered here, or known nowhere
   */
  findElsewhere(asked: TaskWait, run: TaskRun): Promise<TaskTemplate | null> {
    const { namespace, name, version } = asked;
    return this.#stored.find({ namespace: namespace ?? run.view.namespace, name, version: version ?? "latest" });
  }

  /**
   * The task that a step submits.
   * @throws as `TaskPreparer.prepare`, and PermanentError for a context that cannot be made from what its task has
   */
  prepare(asked: TaskWait, parent: WaitingStep, elsewhere: TaskTemplate | null, now: Date): PreparedTask {
    const { run, step, wait } = parent;
    const { view } = run;
    const request = {
      namespace: asked.namespace ?? view.namespace,
      name: asked.name,
      version: asked.version ?? "latest",
      context: readContext(asked.context, run, step),
      initiator: view.initiator,
      sourceSystem: view.sourceSystem,
      reason: `step ${step.name} of task ${run.taskId}`.slice(0, 128),
      priority: run.priority,
      correlationId: view.correlationId,
      idempotencyKey: childKey(step.stepId, wait.executionId),
    };
    return this.#preparer.prepare(request, now, elsewhere ?? undefined);
  }

  /**
   * Writes the task that a step submits: once, however often it is called.
   * @param owner id of the process that runs the step
   * @returns null if the step does not wait for it any more
   */
  async submit(
    owner: number,
    { run, step, wait }: WaitingStep,
    task: PreparedTask,
    now: Date,
  ): Promise<SubmittedTask | null> {
    const parent = { taskId: run.taskId, stepId: step.stepId };
    const span = this.#tracing === null ? null : traceChild(this.#tracing, { run, step, wait }, task);
    const options = { now, remember: true, owner: null, parent, traces: span === null ? [] : [span.stored] };
    const submit = await encodeSubmit(this.#connection, this.#naming, [task], options);
    const [row] = await this.#connection.run(submitChildStatement, [
      owner,
      run.epoch,
      run.taskId,
      step.stepId,
      wait.executionId,
      now,
      submit.definitions,
      submit.tasks,
    ]);
    if (row === undefined) return null;
    const submitted = { taskId: row.task_id, created: row.created };
    span?.end(submitted);
    return submitted;
  }
}
