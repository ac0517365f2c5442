import type pg from "pg";
import { ConfigurationError } from "../errors/index.ts";

/** Oldest server that Tasker works with: the SQL functions round `extract(epoch ...)` as a numeric. */
const OLDEST_SERVER = 140_000;

/** What a new connection is prepared with. */
export interface SessionSettings {
  /** Where the server is, for messages. */
  readonly place: string;
  /** Whether a pooler stands in between; null: to be found out. */
  readonly pooled: boolean | null;
  /** Milliseconds; 0 for no limit. */
  readonly statementTimeoutMs: number;
  /** Longest wait for the server's answer, in milliseconds. */
  readonly answerTimeoutMs: number;
}

/** What was found out about a new connection. */
export interface Session {
  /**
   * Whether a pooler stands in between that may give each transaction another connection of the server: there, what is kept in
   * the session is lost, or reaches other clients.
   */
  readonly pooled: boolean;
}

/**
 * Makes a new connection one on which our statements mean what they say: time zone UTC and ISO dates (both are
 * settings that poolers follow from client to client), and checks what cannot be set. A pooler shows by the key for
 * cancelling that it gave the client: a server's has the id of the process that answers.
 * @throws ConfigurationError if the server is too old, or its default isolation is not READ COMMITTED
 */
export async function prepareSession(client: pg.ClientBase, settings: SessionSettings): Promise<Session> {
  const pid: unknown = Reflect.get(client, "processID");
  const isDirect = settings.pooled === null ? `pg_backend_pid() = ${Number(pid)}` : String(!settings.pooled);
  const question = {
    text: `select current_setting('default_transaction_isolation') as isolation,
            current_setting('server_version_num')::int4 as version,
            set_config('TimeZone', 'UTC', false), set_config('DateStyle', 'ISO, YMD', false), ${isDirect} as direct,
            case when ${isDirect} then set_config('statement_timeout', '${settings.statementTimeoutMs}', false) end`,
    query_timeout: settings.answerTimeoutMs,
  };
  const result = await client.query<{ isolation: string; version: number; direct: boolean }>(question);
  const [session] = result.rows;
  if (session === undefined) throw new ConfigurationError(`The server at ${settings.place} gave no session settings`);
  if (session.version < OLDEST_SERVER) {
    throw new ConfigurationError(
      `The server at ${settings.place} is PostgreSQL ${Math.floor(session.version / 10_000)}; Tasker needs 14 or newer`,
      { context: { field: "server_version_num", value: session.version, expected: `${OLDEST_SERVER} or more` } },
    );
  }
  if (session.isolation !== "read committed") {
    throw new ConfigurationError(
      `default_transaction_isolation is '${session.isolation}' at ${settings.place}; Tasker needs 'read committed' ` +
        "(its compare-and-set statements wait for other writers and then look again)",
      { context: { field: "default_transaction_isolation", value: session.isolation, expected: "read committed" } },
    );
  }
  return { pooled: !session.direct };
}
