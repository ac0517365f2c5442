import { openAuth } from "../../../src/auth/auth.ts";
import type { Principal } from "../../../src/auth/principal.ts";
import { authConfig } from "../../../src/config/auth-config.ts";
import type { Connection, Database } from "../../../src/database/database.ts";
import { type Caller, GraphqlApi, type GraphqlOptions, type GraphqlParts } from "../../../src/graphql/index.ts";
import type { TaskTemplate } from "../../../src/handlers/task-template.ts";
import { LiveEvents } from "../../../src/live/live-events.ts";
import { createTestEngine, type TestEngine, type TestEngineOptions } from "../../../src/testing/run/test-engine.ts";
import { somebody } from "../../auth/support/requests.ts";

/** An answer, as loosely as tests look at it. */
export interface Answer {
  readonly data?: Readonly<Record<string, never>> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions?: Readonly<Record<string, unknown>>;
  }[];
}

/** A GraphQL API under test, with an engine that runs its tasks. */
export interface ApiUnderTest extends TestEngine {
  readonly api: GraphqlApi;
  /** Asks as an administrator, or as somebody else. */
  ask(query: string, variables?: Readonly<Record<string, unknown>>, as?: Principal): Promise<Answer>;
  readonly live: LiveEvents;
  /** An administrator, or somebody else, as the API is told of callers. */
  callerFor(as?: Principal, signal?: AbortSignal): Caller;
  /** Names, or texts, of the statements that were run since the last call. */
  statements(): string[];
}

/** Whoever may do everything. */
export const admin = somebody({ id: "root", name: "root", roles: ["admin"] });

/** What differs from the defaults. */
export interface ApiOptions extends GraphqlOptions {
  readonly engine?: Omit<TestEngineOptions, "database" | "templates">;
  readonly parts?: Partial<GraphqlParts>;
  readonly roleFile?: string;
}

/** Starts an engine, which is the caller's to stop, and makes an API on the same database with authorization by roles. */
export async function startApi(
  database: Database,
  templates: readonly TaskTemplate[],
  { engine: engineOptions = {}, parts = {}, roleFile, ...options }: ApiOptions = {},
): Promise<ApiUnderTest> {
  const made = createTestEngine({ ...engineOptions, database, templates });
  await made.engine.start();
  const { counted, taken } = countStatements(database);
  const auth = await openAuth(
    authConfig({
      authorization_enabled: true,
      authorization_coordinator_class: "roles",
      ...(roleFile === undefined ? {} : { role_file: roleFile }),
    }),
    { database },
  );
  const live = new LiveEvents({ database, events: made.engine.events, lookMs: 5, pollMs: 50 });
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const api = new GraphqlApi(
    { database: counted, engine: made.engine, auth, live, log, clock: made.clock, ...parts },
    options,
  );
  const callerFor: ApiUnderTest["callerFor"] = (as = admin, signal) => ({
    principal: as,
    access: auth.accessOf(as),
    address: "127.0.0.1",
    requestId: "request-1",
    ...(signal === undefined ? {} : { signal }),
  });
  const ask: ApiUnderTest["ask"] = async (query, variables = {}, as = admin) => {
    const answer = await api.execute({ query, variables }, callerFor(as));
    return JSON.parse(JSON.stringify(answer));
  };
  return { ...made, api, ask, callerFor, live, statements: taken };
}

/** The same database, which remembers what it was asked. */
function countStatements(database: Database): { readonly counted: Database; readonly taken: () => string[] } {
  let asked: string[] = [];
  const counting = (connection: Connection): Connection => ({
    run: (statement, parameters) => {
      asked.push(statement.name);
      return connection.run(statement, parameters);
    },
    execute: (sql) => connection.execute(sql),
    query: (sql, parameters) => {
      asked.push(sql);
      return connection.query(sql, parameters);
    },
  });
  const counted: Database = {
    ...counting(database),
    kind: database.kind,
    loneConnectionUrl: database.loneConnectionUrl,
    parallelism: database.parallelism,
    poolUsage: () => database.poolUsage(),
    assertWaitCanEnd: (what) => database.assertWaitCanEnd(what),
    transaction: (work, options) => database.transaction((transaction) => work(counting(transaction)), options),
    close: () => database.close(),
  };
  const taken = () => {
    const names = asked;
    asked = [];
    return names;
  };
  return { counted, taken };
}
