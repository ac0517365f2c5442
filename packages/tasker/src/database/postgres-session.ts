import type pg from "pg";
import { ConfigurationError } from "../errors/index.ts";

/** Oldest server that Tasker works with: the SQL functions round `extract(epoch ...)` as a numeric. */
const OLDEST_SERVER = 140_000;

/** What a new connection is prepared with. */
export interface SessionSettings {
  /** Where the server is, for messages. */
  readonly place: string;
  /** Behind a pooler in transaction mode, settings of the session would reach other clients. */
  readonly pooled: boolean;
  /** Milliseconds; 0 for no limit. */
  readonly statementTimeoutMs: number;
}

/**
 * Makes a new connection one on which our statements mean what they say: time zone UTC and ISO dates (both are
 * settings that poolers follow from client to client), and checks what cannot be set.
 * @throws ConfigurationError if the server is too old, or its default isolation is not READ COMMITTED
 */
export async function prepareSession(client: pg.ClientBase, settings: SessionSettings): Promise<void> {
  const timeout = settings.pooled ? "" : `, set_config('statement_timeout', '${settings.statementTimeoutMs}', false)`;
  const result = await client.query<{ isolation: string; version: number }>(
    `select current_setting('default_transaction_isolation') as isolation,
            current_setting('server_version_num')::int4 as version,
            set_config('TimeZone', 'UTC', false), set_config('DateStyle', 'ISO, YMD', false)${timeout}`,
  );
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
}
