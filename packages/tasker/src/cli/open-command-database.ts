import { stat } from "node:fs/promises";
import { relative, resolve } from "node:path";
import type { Database } from "../database/database.ts";
import { migrate, migrationStatus } from "../database/migrate.ts";
import { openDatabase } from "../database/open-database.ts";
import type { PostgresOptions } from "../database/postgres.ts";
import { ConfigurationError, MigrationError } from "../errors/index.ts";
import { UsageError } from "./errors.ts";
import type { GlobalOptions } from "./global-options.ts";
import type { CommandIo } from "./io.ts";

/** Directory of the embedded database below the working directory. */
export const DEFAULT_DATA_DIRECTORY = ".tasker/data";

/** Which database a command works on. */
export type DatabaseChoice =
  | { readonly kind: "postgres"; readonly url: string }
  | {
      readonly kind: "embedded";
      readonly directory: string;
      /** Whether an option says so; otherwise nothing says anything. */
      readonly isNamed: boolean;
    };

/**
 * The database that options and environment ask for: an option wins over `DATABASE_URL`, without either it is the
 * embedded one in the working directory.
 * @throws UsageError if the options contradict each other, or a server is named for what needs the database itself
 */
export function chooseDatabase(options: GlobalOptions, io: Pick<CommandIo, "env" | "cwd">): DatabaseChoice {
  refuseServer(options);
  if (options.databaseUrl !== undefined && options.data !== undefined) {
    throw new UsageError("--database-url and --data are both given, expected one of them");
  }
  const url = options.databaseUrl ?? (options.data === undefined ? io.env.DATABASE_URL : undefined);
  if (url === undefined || url === "") {
    const directory = resolve(io.cwd, options.data ?? DEFAULT_DATA_DIRECTORY);
    return { kind: "embedded", directory, isNamed: options.data !== undefined };
  }
  const source = options.databaseUrl === undefined ? "DATABASE_URL" : "--database-url";
  return { kind: "postgres", url: checkPostgresUrl(url, source) };
}

/**
 * @param works what the command does instead: `reads files`
 * @throws UsageError if a server is named, for commands that do not go through one
 */
export function refuseServer(
  { server }: GlobalOptions,
  works = "works on the database itself: name that instead",
): void {
  if (server === undefined) return;
  throw new UsageError(`--server is given, and this command ${works}`, { context: { option: "--server" } });
}

/**
 * The address of the same database past a pooler, for what needs a connection of its own; undefined: none was given.
 * @throws UsageError if it is no address of a PostgreSQL database
 */
function chooseDirectUrl(option: string | undefined, io: Pick<CommandIo, "env">): string | undefined {
  const url = option ?? io.env.DATABASE_DIRECT_URL;
  if (url === undefined || url === "") return undefined;
  return checkPostgresUrl(url, option === undefined ? "DATABASE_DIRECT_URL" : "--direct-url");
}

function checkPostgresUrl(url: string, source: string): string {
  if (/^postgres(ql)?:\/\//.test(url)) return url;
  throw new UsageError(`${source} does not begin with postgres:// or postgresql://`, { context: { source } });
}

/** Opens a database without a look at its schema. Whoever opens it closes it. */
export function openChosenDatabase(choice: DatabaseChoice, options: PostgresOptions = {}): Promise<Database> {
  return openDatabase(choice.kind === "postgres" ? { url: choice.url } : { directory: choice.directory }, options);
}

/**
 * Runs `work` on the database that options and environment ask for, and closes it afterwards. The embedded database's
 * schema is brought up to date first.
 * @param use `existing`: a directory without a database is an error instead of the beginning of one
 * @throws MigrationError if the schema of a PostgreSQL database is missing or out of date
 */
export async function withDatabase<T>(
  options: GlobalOptions & { readonly directUrl?: string | undefined },
  io: CommandIo,
  use: "existing" | "create",
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const choice = chooseDatabase(options, io);
  if (use === "existing") await requireDatabase(choice, io);
  else if (choice.kind === "embedded" && !(await isThere(choice))) {
    // It takes some seconds, in which nothing else would be seen.
    io.stderr.write(`creating the embedded database in ${shownPath(choice.directory, io)}\n`);
  }
  const directUrl = chooseDirectUrl(options.directUrl, io);
  const database = await openChosenDatabase(choice, directUrl === undefined ? {} : { directUrl });
  try {
    if (choice.kind === "embedded") await migrate(database);
    else await requireSchema(database);
    return await work(database);
  } finally {
    await database.close();
  }
}

/**
 * Refuses the directory of an embedded database that is not there, for commands that must not make one, and one that nobody has named
 * where a server is.
 * @throws ConfigurationError, UsageError
 */
export async function requireDatabase(choice: DatabaseChoice, io: Pick<CommandIo, "cwd" | "env">): Promise<void> {
  if (choice.kind === "embedded" && !choice.isNamed && (io.env.TASKER_SERVER ?? "") !== "") {
    throw new UsageError(
      "TASKER_SERVER is set, and this command works on the database itself: name that with --database-url or --data",
      { context: { source: "TASKER_SERVER" } },
    );
  }
  if (choice.kind === "embedded" && !(await isThere(choice))) {
    throw missingDatabase(shownPath(choice.directory, io));
  }
}

/** A path as short as it can be written below the working directory; as it is elsewhere. */
function shownPath(path: string, { cwd }: Pick<CommandIo, "cwd">): string {
  const below = relative(cwd, path);
  return below.startsWith("..") ? path : below || ".";
}

/** Whether the directory of an embedded database is there; of others nobody knows before they are asked. */
export async function isThere(choice: DatabaseChoice): Promise<boolean> {
  if (choice.kind === "postgres") return true;
  return stat(choice.directory).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function missingDatabase(name: string): ConfigurationError {
  return new ConfigurationError(
    `there is no database in '${name}' yet: run a task first, or name the database with --data or --database-url`,
    { context: { directory: name } },
  );
}

async function requireSchema(database: Database): Promise<void> {
  const pending = (await migrationStatus(database)).filter(({ appliedAt }) => appliedAt === null);
  if (pending.length === 0) return;
  throw new MigrationError("the database has no up-to-date schema of Tasker: run 'tasker migrate' on it first", {
    context: { pending: pending.map(({ name }) => name) },
  });
}
