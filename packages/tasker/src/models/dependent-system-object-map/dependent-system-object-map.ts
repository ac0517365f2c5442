import { z } from "zod";
import type { Connection } from "../../database/database.ts";
import { queryBuilder } from "../../database/query/query-builder.ts";
import type { RowOfTable } from "../../database/query/tables.ts";
import { key, presentText } from "../attributes.ts";
import { defineModel } from "../define-model.ts";
import * as DependentSystem from "../dependent-system/dependent-system.ts";
import * as FindOrCreate from "../find-or-create.ts";
import { validate } from "../validate.ts";

/** Says that an object of one system and an object of another system are the same. */
export type DependentSystemObjectMapRow = RowOfTable<"tasker_dependent_system_object_maps">;

const RemoteIds = z.strictObject({ remote_id_one: presentText(128), remote_id_two: presentText(128) });
const Attributes = RemoteIds.extend({ dependent_system_one_id: key("int4"), dependent_system_two_id: key("int4") });

/** Create, read, change and delete object maps. */
export const { create, createIfAbsent, createMany, find, findMany, update, destroy } = defineModel({
  name: "DependentSystemObjectMap",
  table: "tasker_dependent_system_object_maps",
  key: "dependent_system_object_map_id",
  attributes: Attributes,
  changes: Attributes.partial(),
  uniques: {
    // cut by PostgreSQL
    dependent_system_object_maps_dependent_system_one_id_dependent_: [
      "dependent_system_one_id",
      "dependent_system_two_id",
      "remote_id_one",
      "remote_id_two",
    ],
  },
  references: {
    dependent_system_object_maps_dependent_system_one_id_foreign: "dependent_system_one_id",
    dependent_system_object_maps_dependent_system_two_id_foreign: "dependent_system_two_id",
  },
});

/** An object as a system knows it. */
export interface RemoteObject {
  /** Name of the system; the system is made if it is not there yet. */
  readonly system: string;
  /** The system's own id of the object; stored as text. */
  readonly id: string | number | bigint;
}

/**
 * The map between two objects, whichever of them was given first when it was made; made if there is none. Two callers
 * that give them in opposite order at the same moment may each make one; from then on both find the older one.
 * @throws InvalidRecordError before anything is looked for
 */
export async function findOrCreate(
  connection: Connection,
  one: RemoteObject,
  two: RemoteObject,
  at?: Date,
): Promise<DependentSystemObjectMapRow> {
  const ids = { remote_id_one: String(one.id), remote_id_two: String(two.id) };
  validate("DependentSystemObjectMap", RemoteIds, ids);
  for (const { system } of [one, two]) FindOrCreate.checkName("DependentSystem", system);
  const first = await DependentSystem.findOrCreateByName(connection, one.system, at);
  const second = await DependentSystem.findOrCreateByName(connection, two.system, at);
  const attributes = {
    ...ids,
    dependent_system_one_id: first.dependent_system_id,
    dependent_system_two_id: second.dependent_system_id,
  };
  return FindOrCreate.findOrCreate(
    () => findEitherWay(connection, attributes),
    () => createIfAbsent(connection, attributes, at),
  );
}

function findEitherWay(connection: Connection, given: z.output<typeof Attributes>) {
  const swapped = {
    dependent_system_one_id: given.dependent_system_two_id,
    dependent_system_two_id: given.dependent_system_one_id,
    remote_id_one: given.remote_id_two,
    remote_id_two: given.remote_id_one,
  };
  return queryBuilder(connection)
    .selectFrom("tasker_dependent_system_object_maps")
    .selectAll()
    .where((eb) => eb.or([eb.and(given), eb.and(swapped)]))
    .orderBy("dependent_system_object_map_id")
    .limit(1)
    .executeTakeFirst();
}

/** The systems that object maps refer to, by their id; one query. */
export function loadSystems(connection: Connection, maps: readonly DependentSystemObjectMapRow[]) {
  const keys = maps.flatMap((map) => [map.dependent_system_one_id, map.dependent_system_two_id]);
  return DependentSystem.findMany(connection, keys);
}
