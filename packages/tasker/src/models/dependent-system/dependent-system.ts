import { sql } from "kysely";
import { z } from "zod";
import type { Connection } from "../../database/database.ts";
import { queryBuilder } from "../../database/query/query-builder.ts";
import type { RowOfTable } from "../../database/query/tables.ts";
import { presentText, text } from "../attributes.ts";
import { defineModel } from "../define-model.ts";
import { checkName, findOrCreate } from "../find-or-create.ts";
import { loadChildren } from "../load-children.ts";

/** An external system that steps talk to. */
export type DependentSystemRow = RowOfTable<"tasker_dependent_systems">;

const Attributes = z.strictObject({ name: presentText(64), description: text(255).nullish() });

/** Create, read, change and delete systems. One that named steps or object maps refer to cannot be deleted. */
export const { create, createIfAbsent, createMany, find, findMany, update, destroy } = defineModel({
  name: "DependentSystem",
  table: "tasker_dependent_systems",
  key: "dependent_system_id",
  attributes: Attributes,
  changes: Attributes.partial(),
  uniques: { dependent_systems_name_unique: ["name"] },
  references: {},
});

/** The system of this name, or undefined. */
export function findByName(connection: Connection, name: string): Promise<DependentSystemRow | undefined> {
  return queryBuilder(connection)
    .selectFrom("tasker_dependent_systems")
    .selectAll()
    .where("name", "=", name)
    .executeTakeFirst();
}

/** The system of this name; made if it is not there yet, by whoever comes first. @throws InvalidRecordError before anything is looked for */
export async function findOrCreateByName(connection: Connection, name: string, at?: Date): Promise<DependentSystemRow> {
  checkName("DependentSystem", name);
  return findOrCreate(
    () => findByName(connection, name),
    () => createIfAbsent(connection, { name }, at),
  );
}

/** The named steps of each system, by its id; one query. */
export function loadNamedSteps(connection: Connection, systems: readonly DependentSystemRow[]) {
  const keys = systems.map((row) => row.dependent_system_id);
  return loadChildren(connection, "tasker_named_steps", "dependent_system_id", keys, "named_step_id");
}

/** The object maps in which each system is the first or the second one, by its id; one query. */
export async function loadObjectMaps(
  connection: Connection,
  systems: readonly Pick<DependentSystemRow, "dependent_system_id">[],
) {
  const keys = systems.map((row) => row.dependent_system_id);
  const maps = await queryBuilder(connection)
    .selectFrom("tasker_dependent_system_object_maps")
    .selectAll()
    .where((eb) =>
      eb.or([
        eb("dependent_system_one_id", "=", sql<number>`any (${keys}::int4[])`),
        eb("dependent_system_two_id", "=", sql<number>`any (${keys}::int4[])`),
      ]),
    )
    .orderBy("dependent_system_object_map_id")
    .execute();
  const mapsOf = new Map<number, typeof maps>(keys.map((key) => [key, []]));
  for (const map of maps) {
    for (const key of new Set([map.dependent_system_one_id, map.dependent_system_two_id])) mapsOf.get(key)?.push(map);
  }
  return mapsOf;
}
