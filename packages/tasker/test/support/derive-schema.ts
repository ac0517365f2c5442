import type { Database } from "../../src/database/database.ts";
import { readCatalog } from "../../src/database/doctor/read-catalog.ts";
import { ExpectedSchema, type SchemaCatalog } from "../../src/database/doctor/schema-catalog.ts";
import { migrate } from "../../src/database/migrate.ts";
import { readMigrations } from "../../src/database/migration-files.ts";

/**
 * What the migrations of this release make of an empty database, and which of them made each object what it is. The
 * database is migrated by this.
 * @param database an empty one, whose objects go into `public`
 */
export async function deriveSchema(database: Database): Promise<ExpectedSchema> {
  const migrations = readMigrations();
  const madeBy = new Map<string, number>();
  let catalog = await database.transaction((transaction) => readCatalog(transaction, "public"));
  for (const { number } of migrations) {
    await migrate(database, migrations.slice(0, number));
    catalog = await database.transaction((transaction) => readCatalog(transaction, "public"));
    // the record of migrations appears together with the first of them, and belongs to none
    for (const key of keysOf(catalog)) {
      if (!madeBy.has(key)) madeBy.set(key, key.includes("tasker_migrations") ? 0 : number);
    }
  }
  return ExpectedSchema.parse({
    ...Object.fromEntries(
      Object.entries(catalog).map(([kind, objects]) => [
        kind,
        objects.map((object) => ({ ...object, migration: madeBy.get(keyOf(kind, object)) })),
      ]),
    ),
    railsVersions: (await database.query("select version from schema_migrations order by version")).map(
      ({ version }) => version,
    ),
  });
}

function keysOf(catalog: SchemaCatalog): string[] {
  return Object.entries(catalog).flatMap(([kind, objects]) => objects.map((object) => keyOf(kind, object)));
}

/** An object with all that it says: a migration that changes it makes another one of it. */
function keyOf(kind: string, object: unknown): string {
  return `${kind} ${JSON.stringify(object)}`;
}
