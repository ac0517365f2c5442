import { z } from "zod";
import type { Connection } from "../../database/database.ts";
import type { RowOfTable } from "../../database/query/tables.ts";
import { array, bool, int4, timestamp } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import type { StepDefinition } from "../../templates/definition.ts";
import { document, integer, key, presentText, text } from "../attributes.ts";
import { checkAt } from "../check-at.ts";
import { inTransaction } from "../in-transaction.ts";
import { createNamedStepsFromTemplates } from "../named-step/create-from-templates.ts";
import { runUnprepared } from "../run-unprepared.ts";
import { translateRefusal } from "../translate-refusal.ts";
import { validate } from "../validate.ts";
import { lockEdges } from "../workflow-step-edge/cycle-check.ts";
import { setUpDependentSteps, unknownDependency } from "./dependent-steps.ts";
import { namedStepsOfTasks } from "./find-step-by-name.ts";
import { create, createMany, type NewWorkflowStep, type WorkflowStepRow } from "./record.ts";
import { lockSteps } from "./uniqueness.ts";

/** What is read of a task to give it steps. */
export type TaskToBuild = Pick<RowOfTable<"tasker_tasks">, "task_id" | "named_task_id" | "context">;

/** What is read of a template to build its step. */
export type StepTemplate = Pick<
  StepDefinition,
  "name" | "dependentSystem" | "dependsOn" | "retryable" | "retryLimit" | "skippable"
>;

/** Which task a step is given to. */
const Task = z.object({ task_id: key(), named_task_id: key("int4"), context: document("context").optional() });
const flag = z.boolean({ error: "true or false" });
const Template = z.object({
  name: presentText(128),
  dependentSystem: presentText(64),
  dependsOn: z.array(text(), { error: "a list of texts" }),
  retryable: flag,
  retryLimit: integer(),
  skippable: flag,
});

const LINKS = {
  name: "NamedTasksNamedStep",
  uniques: {},
  references: { named_tasks_named_steps_named_task_id_foreign: "named_task_id" },
};

/** Links step types to a task type, unless it has a link to a type of the same name, of whatever system. */
export const linkNamedSteps = statement({
  name: "link_named_steps",
  text: `
    insert into tasker_named_tasks_named_steps
      (named_task_id, named_step_id, skippable, default_retryable, default_retry_limit, created_at, updated_at)
    select $1, u.id, u.skippable, u.retryable, u.retry_limit, $6, $6
    from unnest($2::int4[], $3::bool[], $4::bool[], $5::int4[]) as u(id, skippable, retryable, retry_limit)
    join tasker_named_steps n on n.named_step_id = u.id
    where not exists (
      select from tasker_named_tasks_named_steps j
      join tasker_named_steps o on o.named_step_id = j.named_step_id
      where j.named_task_id = $1 and o.name = n.name
    )
    order by u.id on conflict do nothing`,
  parameters: [int4, array(int4), array(bool), array(bool), array(int4), timestamp],
  columns: {},
});

/**
 * Gives a task the steps of its templates: makes step types and their links to the task type where they are missing,
 * then the steps and the edges that are not there yet. Calling it again makes nothing, whoever calls it at the same
 * moment. The number of queries does not depend on the number of templates. Of templates with one name the first counts.
 * @returns the steps in the order of `templates`
 * @throws InvalidRecordError, UnknownDependencyError, CyclicGraphError; RecordConflictError if the task has a step of one
 *   of the names that belongs to another system
 */
export async function getStepsForTask(
  connection: Connection,
  task: TaskToBuild,
  templates: readonly StepTemplate[],
  at: Date = new Date(),
): Promise<WorkflowStepRow[]> {
  validate("Task", Task, task);
  for (const template of templates) validate("WorkflowStep", Template, template);
  checkAt("WorkflowStep", at);
  return inTransaction(connection, async (transaction) => {
    await transaction.run(lockEdges, []);
    await lockSteps(transaction, [task.task_id]);
    const firsts = new Map<string, StepTemplate>();
    for (const template of templates) if (!firsts.has(template.name)) firsts.set(template.name, template);
    const present = await runUnprepared(transaction, namedStepsOfTasks, [[task.task_id]]);
    // before anything is written: the transaction may be the caller's, and go on
    refuseUnknownDependencies(templates, new Set([...firsts.keys(), ...present.map(({ name }) => name)]));

    const typeOf = await typeSteps(transaction, task.named_task_id, [...firsts.values()], at);
    const byType = new Map<number | undefined, WorkflowStepRow>(
      present.map(({ name: _, ...step }) => [step.named_step_id, step]),
    );
    const missing = [...firsts.values()].filter(({ name }) => !byType.has(typeOf.get(name)));
    const inputs = missing.map((template) => defaultStep(task, template, typeOf.get(template.name) ?? 0));
    for (const step of await createMany(transaction, inputs, at)) byType.set(step.named_step_id, step);

    const steps = templates.flatMap(({ name }) => byType.get(typeOf.get(name)) ?? []);
    await setUpDependentSteps(transaction, steps, templates, at);
    return steps;
  });
}

/**
 * Adds the step of a template to a task as it is before it has run: no attempts, empty results, the task's context as
 * its inputs, no transition.
 * @param namedStepId its step type
 * @throws RecordConflictError, InvalidRecordError
 */
export function buildDefaultStep(
  connection: Connection,
  task: Pick<TaskToBuild, "task_id" | "context">,
  template: Pick<StepTemplate, "retryable" | "retryLimit" | "skippable">,
  namedStepId: number,
  at?: Date,
): Promise<WorkflowStepRow> {
  return create(connection, defaultStep(task, template, namedStepId), at);
}

function defaultStep(
  task: Pick<TaskToBuild, "task_id" | "context">,
  template: Pick<StepTemplate, "retryable" | "retryLimit" | "skippable">,
  namedStepId: number,
): NewWorkflowStep {
  return {
    task_id: task.task_id,
    named_step_id: namedStepId,
    retryable: template.retryable,
    retry_limit: template.retryLimit,
    skippable: template.skippable,
    attempts: 0,
    inputs: task.context,
    results: {},
  };
}

function refuseUnknownDependencies(templates: readonly StepTemplate[], names: ReadonlySet<string>): void {
  for (const { name, dependsOn } of templates) {
    const unknown = dependsOn.find((dependency) => !names.has(dependency));
    if (unknown !== undefined) throw unknownDependency(name, unknown);
  }
}

/** Finds or makes the step types of templates, and links them to the task type; gives their ids by name. */
async function typeSteps(
  transaction: Connection,
  namedTaskId: number,
  templates: readonly StepTemplate[],
  at: Date,
): Promise<ReadonlyMap<string, number>> {
  const ids = (await createNamedStepsFromTemplates(transaction, templates, at)).map((row) => row.named_step_id);
  const link = runUnprepared(transaction, linkNamedSteps, [
    namedTaskId,
    ids,
    templates.map((template) => template.skippable),
    templates.map((template) => template.retryable),
    templates.map((template) => template.retryLimit),
    at,
  ]);
  await link.catch((error: unknown) => {
    throw translateRefusal(error, LINKS, { named_task_id: namedTaskId });
  });
  return new Map(templates.map(({ name }, index) => [name, ids[index] ?? 0]));
}
