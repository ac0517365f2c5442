import type { Connection } from "../../database/database.ts";
import { queryBuilder } from "../../database/query/query-builder.ts";
import type { StepDefinition } from "../../templates/definition.ts";
import { createNamedStepsFromTemplates } from "../named-step/create-from-templates.ts";
import type { NamedTaskRow } from "../named-task/record.ts";
import { findOrCreate, type NamedTasksNamedStepRow } from "./record.ts";

/** What a link is made of: a step of a template. */
export type LinkTemplate = Pick<StepDefinition, "name" | "dependentSystem" | "retryable" | "retryLimit" | "skippable">;

/**
 * The link between a named task and the named step of a template; made, with all that it needs, if it is not there yet.
 * A link to a named step of the same name counts, whatever system that step talks to, as in the reference. Of the task
 * only `named_task_id` is read, so a row of `tasker_tasks` does as well.
 * @throws InvalidRecordError
 */
export async function associateNamedStepWithNamedTask(
  connection: Connection,
  namedTask: Pick<NamedTaskRow, "named_task_id">,
  template: LinkTemplate,
  at?: Date,
): Promise<NamedTasksNamedStepRow> {
  const linked = await queryBuilder(connection)
    .selectFrom("tasker_named_tasks_named_steps as link")
    .innerJoin("tasker_named_steps as step", "step.named_step_id", "link.named_step_id")
    .selectAll("link")
    .where("link.named_task_id", "=", namedTask.named_task_id)
    .where("step.name", "=", template.name)
    .orderBy("link.id")
    .limit(1)
    .executeTakeFirst();
  if (linked !== undefined) return linked;
  const [namedStep] = await createNamedStepsFromTemplates(connection, [template], at);
  if (namedStep === undefined) throw new RangeError(`the named step ${template.name} was made and cannot be found`);
  const options = {
    default_retry_limit: template.retryLimit,
    default_retryable: template.retryable,
    skippable: template.skippable,
  };
  return findOrCreate(connection, namedTask, namedStep, options, at);
}
