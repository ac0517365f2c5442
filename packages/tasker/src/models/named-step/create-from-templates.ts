import { z } from "zod";
import type { Connection } from "../../database/database.ts";
import { TABLES } from "../../database/query/tables.ts";
import { array, timestamp, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import type { StepDefinition } from "../../templates/definition.ts";
import { presentText } from "../attributes.ts";
import { checkAt } from "../check-at.ts";
import { runUnprepared } from "../run-unprepared.ts";
import { validate } from "../validate.ts";
import type { NamedStepRow } from "./record.ts";

/** What a named step is made of: the name of a step of a template, and of the system that it talks to. */
export type NamedStepTemplate = Pick<StepDefinition, "name" | "dependentSystem">;

/** Makes the systems of these names that are not there yet; in the order of names, so that two callers cannot deadlock. */
export const insertMissingSystems = statement({
  name: "insert_missing_systems",
  text: `
    insert into tasker_dependent_systems (name, created_at, updated_at)
    select distinct asked.name, $2::timestamp, $2::timestamp from unnest($1::varchar[]) as asked(name)
    where not exists (select from tasker_dependent_systems there where there.name = asked.name)
    order by asked.name
    on conflict do nothing`,
  parameters: [array(varchar), timestamp],
  columns: {},
});

/** Makes the named steps of these systems and names that are not there yet. */
export const insertMissingNamedSteps = statement({
  name: "insert_missing_named_steps",
  text: `
    insert into tasker_named_steps (dependent_system_id, name, created_at, updated_at)
    select distinct dependent_system_id, asked.name, $3::timestamp, $3::timestamp
    from unnest($1::varchar[], $2::varchar[]) as asked(system, name)
    join tasker_dependent_systems system on system.name = asked.system
    where not exists (
      select from tasker_named_steps there
      where there.dependent_system_id = system.dependent_system_id and there.name = asked.name)
    order by dependent_system_id, asked.name
    on conflict do nothing`,
  parameters: [array(varchar), array(varchar), timestamp],
  columns: {},
});

/** The named steps of these systems and names, in the order in which they are asked for. */
export const selectNamedSteps = statement({
  name: "select_named_steps",
  text: `
    select named.* from unnest($1::varchar[], $2::varchar[]) with ordinality as asked(system, name, place)
    join tasker_dependent_systems system on system.name = asked.system
    join tasker_named_steps named on named.dependent_system_id = system.dependent_system_id and named.name = asked.name
    order by asked.place`,
  parameters: [array(varchar), array(varchar)],
  columns: TABLES.tasker_named_steps.columns,
});

const Template = z.object({ name: presentText(128), dependentSystem: presentText(64) });

/**
 * The named steps of templates, in their order; made, and their systems with them, where they are not there yet. The
 * description of a template is not copied, as in the reference. Three statements for any number of templates.
 * @throws InvalidRecordError before anything is written
 */
export async function createNamedStepsFromTemplates(
  connection: Connection,
  templates: readonly NamedStepTemplate[],
  at: Date = new Date(),
): Promise<NamedStepRow[]> {
  const asked = templates.map((template) => validate("NamedStep", Template, template));
  checkAt("NamedStep", at);
  const names = asked.map(({ name }) => name);
  const systems = asked.map(({ dependentSystem }) => dependentSystem);
  await runUnprepared(connection, insertMissingSystems, [systems, at]);
  await runUnprepared(connection, insertMissingNamedSteps, [systems, names, at]);
  return runUnprepared(connection, selectNamedSteps, [systems, names]);
}
