import { z } from "zod";
import type { Connection } from "../../database/database.ts";
import type { RowOfTable } from "../../database/query/tables.ts";
import { key, presentText, text } from "../attributes.ts";
import { defineModel } from "../define-model.ts";
import * as DependentSystem from "../dependent-system/dependent-system.ts";
import { loadChildren } from "../load-children.ts";

/** A named step: a kind of step, of the system that it talks to. */
export type NamedStepRow = RowOfTable<"tasker_named_steps">;

const Attributes = z.strictObject({
  dependent_system_id: key("int4"),
  name: presentText(128),
  description: text(255).nullish(),
});

/** Create, read, change and delete named steps. One that has steps or belongs to named tasks cannot be deleted. */
export const { create, createIfAbsent, createMany, find, findMany, update, destroy } = defineModel({
  name: "NamedStep",
  table: "tasker_named_steps",
  key: "named_step_id",
  attributes: Attributes,
  changes: Attributes.partial(),
  uniques: { named_step_by_system_uniq: ["dependent_system_id", "name"] },
  references: { named_steps_dependent_system_id_foreign: "dependent_system_id" },
});

/** The systems of named steps, by their id; one query. */
export function loadDependentSystems(connection: Connection, namedSteps: readonly NamedStepRow[]) {
  const keys = namedSteps.map((row) => row.dependent_system_id);
  return DependentSystem.findMany(connection, keys);
}

/** The steps of each named step, by its id; one query. */
export function loadWorkflowSteps(connection: Connection, namedSteps: readonly NamedStepRow[]) {
  const keys = namedSteps.map((row) => row.named_step_id);
  return loadChildren(connection, "tasker_workflow_steps", "named_step_id", keys, "workflow_step_id");
}
