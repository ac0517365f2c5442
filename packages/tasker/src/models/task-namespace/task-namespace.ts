import { z } from "zod";
import type { Connection } from "../../database/database.ts";
import { queryBuilder } from "../../database/query/query-builder.ts";
import type { RowOfTable } from "../../database/query/tables.ts";
import { presentText, text } from "../attributes.ts";
import { defineModel } from "../define-model.ts";
import { checkName, findOrCreate } from "../find-or-create.ts";
import { loadChildren } from "../load-children.ts";
import type { Scope } from "../scope.ts";

/** A namespace: a group of templates, and the boundary between tenants. */
export type TaskNamespaceRow = RowOfTable<"tasker_task_namespaces">;

/** Name of the namespace that templates are in unless they name another. */
export const DEFAULT_NAMESPACE = "default";

const Attributes = z.strictObject({ name: presentText(64), description: text(255).nullish() });

/** Create, read, change and delete namespaces. One that has templates cannot be deleted. */
export const { create, createIfAbsent, createMany, find, findMany, update, destroy } = defineModel({
  name: "TaskNamespace",
  table: "tasker_task_namespaces",
  key: "task_namespace_id",
  attributes: Attributes,
  changes: Attributes.partial(),
  uniques: { task_namespaces_name_unique: ["name"] },
  references: {},
});

/** The namespace of this name, or undefined. */
export function findByName(connection: Connection, name: string): Promise<TaskNamespaceRow | undefined> {
  return queryBuilder(connection)
    .selectFrom("tasker_task_namespaces")
    .selectAll()
    .where("name", "=", name)
    .executeTakeFirst();
}

/** The namespace of this name; made if it is not there yet, by whoever comes first. @throws InvalidRecordError before anything is looked for */
export async function findOrCreateByName(connection: Connection, name: string, at?: Date): Promise<TaskNamespaceRow> {
  checkName("TaskNamespace", name);
  return findOrCreate(
    () => findByName(connection, name),
    () => createIfAbsent(connection, { name }, at),
  );
}

/** The namespace `default`; made if it is not there yet. */
export function findOrCreateDefault(connection: Connection, at?: Date): Promise<TaskNamespaceRow> {
  return findOrCreateByName(connection, DEFAULT_NAMESPACE, at);
}

/** Namespaces other than `default`. */
export const custom: Scope<"tasker_task_namespaces"> = (eb) =>
  eb("tasker_task_namespaces.name", "<>", DEFAULT_NAMESPACE);

/** Whether this is the namespace `default`. */
export function isDefault({ name }: Pick<TaskNamespaceRow, "name">): boolean {
  return name === DEFAULT_NAMESPACE;
}

/** The named tasks of each namespace, by its id; one query. */
export function loadNamedTasks(connection: Connection, namespaces: readonly TaskNamespaceRow[]) {
  const keys = namespaces.map((row) => row.task_namespace_id);
  return loadChildren(connection, "tasker_named_tasks", "task_namespace_id", keys, "named_task_id");
}
