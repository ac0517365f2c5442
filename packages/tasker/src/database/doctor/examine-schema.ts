import { ConfigurationError, DatabaseStatementError } from "../../errors/index.ts";
import type { Connection, Database } from "../database.ts";
import { findSchema } from "../find-schema.ts";
import { readMigrations } from "../migration-files.ts";
import { quoteName } from "../quote-name.ts";
import { compareColumns } from "./compare-columns.ts";
import { compareConstraints } from "./compare-constraints.ts";
import { compareFunctions } from "./compare-functions.ts";
import { compareIndexes } from "./compare-indexes.ts";
import { compareSequences } from "./compare-sequences.ts";
import { compareTables } from "./compare-tables.ts";
import { compareTriggers } from "./compare-triggers.ts";
import { compareViews } from "./compare-views.ts";
import { examineMigrations, examineRailsVersions, readRecords, selectRailsVersions } from "./examine-migrations.ts";
import { examineSettings, readSettings } from "./examine-settings.ts";
import { examineStorage } from "./examine-storage.ts";
import { readExpectedSchema } from "./expected-schema.ts";
import { type Finding, finding, sortFindings } from "./finding.ts";
import { lookOnlyInto, readCatalog } from "./read-catalog.ts";
import { examineIndexes, readIndexParts } from "./redundant-indexes.ts";
import type { SchemaComparison } from "./schema-comparison.ts";

const COMPARISONS: readonly ((comparison: SchemaComparison) => Finding[])[] = [
  compareTables,
  compareSequences,
  compareColumns,
  compareConstraints,
  compareIndexes,
  compareViews,
  compareFunctions,
  compareTriggers,
];

/** What {@link examineSchema} found. */
export interface SchemaReport {
  /** Version of the server, such as `15.18`; null if it does not tell. */
  readonly server: string | null;
  /** The schema that has Tasker's tables, or would get them. */
  readonly schema: string;
  /** Who made the tables that both engines share; null: nobody yet. */
  readonly madeBy: "tasker" | "rails" | null;
  readonly migrations: { readonly applied: number; readonly known: number };
  /** The most severe first. Empty: all is as it should be. */
  readonly findings: readonly Finding[];
  /** To be run in a session before the statements of findings: they do not name the schema. */
  readonly preamble: readonly string[];
}

/**
 * Compares a database with the schema of this release, and looks for what slows it down. Everything is read in read-only
 * transactions; mending statements are told and never run. What the role may not read is a finding of its own.
 * @throws ConfigurationError if the search path names no schema that exists
 * @throws DatabaseUnavailableError if the database cannot be reached
 */
export async function examineSchema(database: Database): Promise<SchemaReport> {
  const expected = readExpectedSchema();
  const migrations = readMigrations();
  const concurrently = database.kind === "embedded" ? "" : "concurrently ";
  const schema = await findSchema(database);
  if (schema === null) {
    throw new ConfigurationError("The search path names no schema that exists", {
      context: { field: "search_path", expected: "a schema" },
    });
  }
  const refused: Finding[] = [];
  /** Reads a part; null where the role may not. */
  const look = async <T>(what: string, read: (connection: Connection) => Promise<T>): Promise<T | null> => {
    try {
      return await database.transaction(async (transaction) => {
        await transaction.execute("set transaction read only");
        await transaction.run(lookOnlyInto, [schema]);
        return read(transaction);
      });
    } catch (error) {
      if (!isRefused(error)) throw error;
      refused.push(notExamined(what, error));
      return null;
    }
  };

  const findings: Finding[] = [];
  const settings = await look("the server's settings", readSettings);
  if (settings !== null && settings !== undefined) {
    findings.push(...examineSettings(settings, database.kind === "embedded"));
  }
  const found = await look("the catalog", (connection) => readCatalog(connection, schema));
  let madeBy: SchemaReport["madeBy"] = null;
  let applied = 0;
  if (found !== null) {
    const records = await look("tasker_migrations", (connection) => readRecords(connection, found));
    const history = examineMigrations({ records, migrations, expected, found });
    findings.push(...history.findings);
    applied = history.applied;
    const has = (table: string) => found.tables.some(({ name }) => name === table);
    if (has("tasker_tasks")) madeBy = history.madeByRails ? "rails" : "tasker";
    if (!history.newer) {
      const { hasHad, madeByRails } = history;
      const comparison = { found, expected, hasHad, madeByRails, concurrently };
      findings.push(...COMPARISONS.flatMap((compare) => compare(comparison)));
    }
    if (madeBy !== null && has("schema_migrations")) {
      const versions = await look("schema_migrations", (connection) => connection.run(selectRailsVersions, []));
      if (versions !== null)
        findings.push(
          ...examineRailsVersions(
            versions.map(({ version }) => version),
            expected,
          ),
        );
    }
    const indexes = await look("indexes", (connection) => readIndexParts(connection, schema, expected));
    if (indexes !== null && !history.newer) findings.push(...examineIndexes(indexes, expected, concurrently));
    const storage = await look("sizes", (connection) => examineStorage(connection, schema, expected, concurrently));
    if (storage !== null) findings.push(...storage);
  }
  return {
    server: settings?.version_name ?? null,
    schema,
    madeBy,
    migrations: { applied, known: migrations.length },
    findings: sortFindings([...findings, ...refused]),
    preamble: schema === "public" ? [] : [`set search_path = ${quoteName(schema)};`],
  };
}

/** Insufficient privilege. */
function isRefused(error: unknown): error is DatabaseStatementError {
  return error instanceof DatabaseStatementError && error.context.sqlstate === "42501";
}

function notExamined(what: string, error: DatabaseStatementError): Finding {
  return finding({
    severity: "warning",
    topic: "examination",
    object: what,
    found: error.message,
    expected: "a role that may read it",
    note: "This part was not examined: use the role that owns the tables.",
  });
}
