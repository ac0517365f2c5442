import { type Expression, sql } from "kysely";
import type { Connection } from "../../database/database.ts";
import { queryBuilder } from "../../database/query/query-builder.ts";
import type { Scope } from "../scope.ts";
import { inNamespace } from "./names.ts";
import type { NamedTaskRow } from "./record.ts";

/**
 * What versions are compared by: their three numbers, of any size; the text decides between versions that differ in
 * leading zeros only. Rows of other writers may hold any text: what is no version comes before every version.
 */
function versionOrder(version: Expression<string>) {
  return sql`(case when ${version} ~ '^[0-9]+[.][0-9]+[.][0-9]+$'
    then string_to_array(${version}, '.')::numeric[] else '{}' end, ${version} collate "C")`;
}

/** Named tasks of this version. */
export function withVersion(version: string): Scope<"tasker_named_tasks"> {
  return (eb) => eb("tasker_named_tasks.version", "=", version);
}

/** Of each name in each namespace, the named task of the highest version. 1.10.0 is higher than 1.9.0. */
export const latestVersions: Scope<"tasker_named_tasks"> = (eb) =>
  eb.not(
    eb.exists(
      eb
        .selectFrom("tasker_named_tasks as later")
        .whereRef("later.task_namespace_id", "=", "tasker_named_tasks.task_namespace_id")
        .whereRef("later.name", "=", "tasker_named_tasks.name")
        .where(
          sql<boolean>`${versionOrder(eb.ref("later.version" as "tasker_named_tasks.version"))} > ${versionOrder(eb.ref("tasker_named_tasks.version"))}`,
        ),
    ),
  );

/** The named task of the highest version of this name, or undefined. */
export function findLatestVersion(
  connection: Connection,
  namespace: string,
  name: string,
): Promise<NamedTaskRow | undefined> {
  return queryBuilder(connection)
    .selectFrom("tasker_named_tasks")
    .selectAll()
    .where(inNamespace(namespace))
    .where("name", "=", name)
    .orderBy(({ ref }) => versionOrder(ref("version")), "desc")
    .limit(1)
    .executeTakeFirst();
}

/** Whether there is a named task of this namespace, name and version. */
export async function versionExists(
  connection: Connection,
  namespace: string,
  name: string,
  version: string,
): Promise<boolean> {
  const found = await queryBuilder(connection)
    .selectFrom("tasker_named_tasks")
    .select("named_task_id")
    .where(inNamespace(namespace))
    .where("name", "=", name)
    .where(withVersion(version))
    .executeTakeFirst();
  return found !== undefined;
}
