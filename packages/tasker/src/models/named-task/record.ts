import { z } from "zod";
import type { Connection } from "../../database/database.ts";
import { queryBuilder } from "../../database/query/query-builder.ts";
import type { RowOfTable } from "../../database/query/tables.ts";
import { key, objectDocument, presentText, text } from "../attributes.ts";
import { defineModel } from "../define-model.ts";
import { checkName, findOrCreate } from "../find-or-create.ts";
import { DEFAULT_NAMESPACE, findOrCreateByName } from "../task-namespace/task-namespace.ts";
import { validate } from "../validate.ts";

/** A named task: one version of a template, as the database knows it. */
export type NamedTaskRow = RowOfTable<"tasker_named_tasks">;

/** Version of a named task that says none. */
export const DEFAULT_VERSION = "0.1.0";

/** What the database fills in: the JSON text of the string `{}`, not of an empty object. Readers take it for one. */
const DEFAULT_CONFIGURATION = '"{}"';

const version = text(16).regex(/^\d+\.\d+\.\d+$/, { error: "a version of three numbers, such as 1.0.0" });
const configuration = objectDocument("configuration").nullable();
const Given = {
  name: presentText(64),
  version,
  description: text(255).nullish(),
};
const Changes = z.strictObject({ task_namespace_id: key("int4"), configuration, ...Given }).partial();
const FullName = z.strictObject({
  ...Given,
  version: version.default(DEFAULT_VERSION),
  configuration: configuration.default(DEFAULT_CONFIGURATION),
});
const Attributes = FullName.extend({ task_namespace_id: key("int4").default(1) });

const model = defineModel({
  name: "NamedTask",
  table: "tasker_named_tasks",
  key: "named_task_id",
  attributes: Attributes,
  changes: Changes,
  uniques: { named_tasks_namespace_name_version_unique: ["task_namespace_id", "name", "version"] },
  references: { fk_rails_16a0297759: "task_namespace_id" },
});

/** Create, read, change and delete named tasks. One that has tasks or steps linked to it cannot be deleted. */
export const { create, createIfAbsent, createMany, find, findMany, update, destroy } = model;

/** A named task by its names. */
export interface NamedTaskName extends Omit<z.input<typeof FullName>, "version"> {
  /** Name of the namespace. Default: `default`. */
  readonly namespace?: string;
  /** Default: `0.1.0`. */
  readonly version?: string;
}

/** The named task of this namespace, name and version, or undefined. */
export function findByFullName(
  connection: Connection,
  { namespace = DEFAULT_NAMESPACE, name, version = DEFAULT_VERSION }: NamedTaskName,
): Promise<NamedTaskRow | undefined> {
  return queryBuilder(connection)
    .selectFrom("tasker_named_tasks as named")
    .innerJoin("tasker_task_namespaces as space", "space.task_namespace_id", "named.task_namespace_id")
    .selectAll("named")
    .where("space.name", "=", namespace)
    .where("named.name", "=", name)
    .where("named.version", "=", version)
    .executeTakeFirst();
}

/**
 * The named task of this namespace, name and version; made, and its namespace with it, if it is not there yet. The
 * description and the configuration are those of a new one, and leave one that is there as it is.
 * @throws InvalidRecordError before anything is looked for
 */
export async function findOrCreateByFullName(
  connection: Connection,
  named: NamedTaskName,
  at?: Date,
): Promise<NamedTaskRow> {
  const { namespace = DEFAULT_NAMESPACE, ...attributes } = named;
  checkName("TaskNamespace", namespace);
  validate("NamedTask", FullName, attributes);
  return findOrCreate(
    () => findByFullName(connection, named),
    async () => {
      const { task_namespace_id } = await findOrCreateByName(connection, namespace, at);
      return createIfAbsent(connection, { ...attributes, task_namespace_id }, at);
    },
  );
}
