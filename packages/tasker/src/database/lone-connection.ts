import pg from "pg";
import type { Connection } from "./database.ts";
import { encodeParameter } from "./parameter-text.ts";
import type { SqlType } from "./sql-type.ts";
import type { ParametersOf, RowOf, Statement } from "./statement.ts";
import { parserOf } from "./type-parsers.ts";

/** How a {@link LoneConnection} is opened. */
export interface LoneConnectionOptions {
  /** Longest wait for the server, when connecting and for each answer, in milliseconds. */
  readonly answerTimeoutMs: number;
  /** Called with the payload of each notification of a channel that is listened to. */
  readonly onNotification: (payload: string) => void;
  /** Called once when the connection has ended, unless it was closed. */
  readonly onLost: () => void;
}

/**
 * One connection to a PostgreSQL server that belongs to no pool. Errors are the driver's own: whoever has it alone throws it
 * away after any of them.
 */
export class LoneConnection implements Pick<Connection, "run"> {
  /**
   * Whether it leads to a server process of its own, so that what belongs to a session works on it: LISTEN, locks of the
   * session. Behind a pooler it may not.
   */
  readonly isDirect: boolean;
  readonly #client: pg.Client;
  #isClosed = false;

  private constructor(client: pg.Client, isDirect: boolean, options: LoneConnectionOptions) {
    this.#client = client;
    this.isDirect = isDirect;
    client.on("notification", ({ payload }) => options.onNotification(payload ?? ""));
    client.once("end", () => {
      if (!this.#isClosed) options.onLost();
    });
  }

  /** @param url connection URL, as of `openPostgres` */
  static async open(url: string, options: LoneConnectionOptions): Promise<LoneConnection> {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: options.answerTimeoutMs,
      query_timeout: options.answerTimeoutMs,
      keepAlive: true,
      fallback_application_name: "tasker heartbeat",
      types: { getTypeParser: (oid) => parserOf(oid) },
    });
    // Without a listener, a connection that breaks would end the process; its end is told as well.
    client.on("error", () => undefined);
    try {
      await client.connect();
      // A pooler gives its clients keys for cancelling of its own; a server's has the id of the process that answers.
      const pid = Number(Reflect.get(client, "processID"));
      const { rows } = await client.query<{ direct: boolean }>("select pg_backend_pid() = $1::int4 as direct", [pid]);
      return new LoneConnection(client, rows[0]?.direct === true, options);
    } catch (error) {
      void client.end().catch(() => undefined);
      throw error;
    }
  }

  async run<const P extends readonly SqlType<unknown>[], const C extends Readonly<Record<string, SqlType<unknown>>>>(
    statement: Statement<P, C>,
    parameters: ParametersOf<P>,
  ): Promise<RowOf<C>[]> {
    const values = parameters.map(encodeParameter);
    return (await this.#client.query<RowOf<C>>({ text: statement.text, values })).rows;
  }

  /** @param channel a name that needs no quoting */
  async listen(channel: string): Promise<void> {
    await this.#client.query(`listen ${channel}`);
  }

  /** Closes it; one that does not answer is cut off. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#client.end().catch(() => undefined);
  }
}
