import { ConfigurationError, MigrationError } from "../../errors/index.ts";
import type { Connection, Database } from "../database.ts";
import { findSchema } from "../find-schema.ts";
import { quoteName } from "../quote-name.ts";
import { array, bool, int8, text } from "../sql-type.ts";
import { statement } from "../statement.ts";
import { REFERENCE_INDEXES, type ReferenceIndex } from "./reference-indexes.ts";

/** Key of the advisory lock of whoever builds indexes: "taskix" in ASCII, read as a number. */
const INDEX_LOCK = 127961897068920;

/** Of the indexes asked for those that are there: on which table, whether they can be used, whether somebody builds them. */
export const selectIndexStates = statement({
  name: "indexes_select_states",
  text: `
    select c.relname::text as name, t.relname::text as table, i.indisvalid and i.indisready as valid,
      exists (
        select from pg_stat_progress_create_index p where p.index_relid = c.oid and p.pid <> pg_backend_pid()
      ) as building
    from pg_index i
    join pg_class c on c.oid = i.indexrelid
    join pg_class t on t.oid = i.indrelid
    join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = $1::text and c.relname = any ($2::text[])`,
  parameters: [text, array(text)],
  columns: { name: text, table: text, valid: bool, building: bool },
});

/** Takes a lock until the end of the transaction, if nobody has it. */
export const tryIndexLock = statement({
  name: "indexes_try_lock",
  text: "select pg_try_advisory_xact_lock($1::int8) as locked",
  parameters: [int8],
  columns: { locked: bool },
});

/** An index that is about to be built. */
export interface IndexProgress {
  readonly index: string;
  readonly table: string;
  /** Place among those to build, 1 and up. */
  readonly position: number;
  /** How many are to be built. */
  readonly total: number;
  /** What was left of an interrupted build is dropped first. */
  readonly rebuilt: boolean;
}

/**
 * Creates those indexes of the Rails engine's schema that a migrated database lacks, one after the other. On a server
 * others go on reading and writing meanwhile. Interrupted, it leaves what is finished; called again, it goes on.
 * @param database on a server: needs two connections, and a statement may take as long as the largest index
 * @param onIndex is told before each
 * @returns names of the indexes that were built
 * @throws MigrationError if the tables are not there, or somebody else is building indexes
 * @throws ConfigurationError if a server's database was opened with one connection
 */
export async function createReferenceIndexes(
  database: Database,
  onIndex: (progress: IndexProgress) => void = () => undefined,
): Promise<string[]> {
  if (database.kind === "embedded") return build(database, await findMissing(database), onIndex);
  if (database.parallelism < 2) {
    throw new ConfigurationError("Creating indexes needs two connections: one builds, one holds a lock", {
      context: { field: "connections", value: database.parallelism, expected: "2 or more" },
    });
  }
  return database.transaction(async (guard) => {
    await guard.execute("set local idle_in_transaction_session_timeout = 0");
    const [lock] = await guard.run(tryIndexLock, [INDEX_LOCK]);
    if (lock?.locked !== true) throw new MigrationError("Another process is creating indexes in this database");
    const missing = await findMissing(guard);
    // Building waits for every transaction that has a snapshot. A prepared statement keeps its own until the next one
    // begins, one that is sent as text does not.
    await guard.execute("select 1");
    return build(database, missing, onIndex);
  });
}

interface MissingIndexes {
  readonly schema: string;
  readonly indexes: readonly MissingIndex[];
}

async function build(
  database: Database,
  { schema, indexes }: MissingIndexes,
  onIndex: (progress: IndexProgress) => void,
): Promise<string[]> {
  const concurrently = database.kind === "embedded" ? "" : "concurrently ";
  for (const [at, { index, rebuilt }] of indexes.entries()) {
    onIndex({ index: index.name, table: index.table, position: at + 1, total: indexes.length, rebuilt });
    if (rebuilt) await database.execute(`drop index ${concurrently}if exists ${quoteName(schema)}.${index.name}`);
    await database.execute(
      `create index ${concurrently}if not exists ${index.name} on ${quoteName(schema)}.${index.table} using ${index.using}`,
    );
  }
  return indexes.map(({ index }) => index.name);
}

interface MissingIndex {
  readonly index: ReferenceIndex;
  /** What an interrupted build has left is there. */
  readonly rebuilt: boolean;
}

async function findMissing(connection: Connection): Promise<MissingIndexes> {
  const schema = await findSchema(connection);
  if (schema === null) throw new MigrationError("The search path names no schema that exists");
  const states = await connection.run(selectIndexStates, [schema, REFERENCE_INDEXES.map(({ name }) => name)]);
  const byName = new Map(states.map((state) => [state.name, state]));
  const indexes = REFERENCE_INDEXES.flatMap((index): MissingIndex[] => {
    const state = byName.get(index.name);
    if (state === undefined) return [{ index, rebuilt: false }];
    if (state.table !== index.table) {
      throw new MigrationError(`The index ${index.name} is on ${state.table}; it should be on ${index.table}`, {
        context: { index: index.name, value: state.table, expected: index.table },
      });
    }
    if (state.building) {
      throw new MigrationError(`The index ${index.name} is being built by somebody else: try again when it is done`, {
        context: { index: index.name },
      });
    }
    return state.valid ? [] : [{ index, rebuilt: true }];
  });
  return { schema, indexes };
}
