import { ACTOR_HEADER } from "../api/actor-header.ts";
import { Client } from "../client/client.ts";
import { RequestFailedError } from "../client/request-failed-error.ts";
import { createCommandEngine } from "./command-engine.ts";
import { currentUser } from "./current-user.ts";
import { UsageError } from "./errors.ts";
import type { GlobalOptions } from "./global-options.ts";
import type { CommandIo } from "./io.ts";
import { chooseDatabase, withDatabase } from "./open-command-database.ts";
import { readCommandConfiguration } from "./read-command-configuration.ts";
import { isOwnSocket, localSocketPath } from "./serving/local-socket-path.ts";
import type { CommandSession } from "./session.ts";

/** Of requests that go nowhere: they need some address. */
const NOWHERE = "http://tasker.local";

/** Whom a command acts for. */
export interface CommandActor {
  /** Default: the user of the system. */
  readonly actor?: string | undefined;
}

/**
 * Runs `work` with a client of the server that options and environment ask for: the one of `--server`; the process that has the
 * embedded database open, if there is one; otherwise a server of this very process, on the database itself.
 * @throws UsageError, ConfigurationError, MigrationError
 */
export async function withClient<T>(
  session: CommandSession,
  options: GlobalOptions & CommandActor,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  return withRunningServer(session, options, work, () => inProcess(session, options, work));
}

/**
 * Runs `work` with a client of a server that runs: the one of `--server`, or the process that has the embedded database open. Without
 * any, runs `alone`, which has the database for itself.
 * @throws UsageError
 */
export async function withRunningServer<T>(
  { io }: Pick<CommandSession, "io">,
  options: GlobalOptions & CommandActor,
  work: (client: Client) => Promise<T>,
  alone: () => Promise<T>,
): Promise<T> {
  const remote = remoteClient(options, io);
  if (remote !== null) return work(remote);
  const choice = chooseDatabase(options, io);
  if (choice.kind === "embedded") {
    const path = localSocketPath(choice.directory);
    const { isAnswered } = await import("../server/local-socket.ts");
    if ((await isOwnSocket(path)) && (await isAnswered(path)))
      return throughSocket(path, actorHeaders(options, io), work);
  }
  return alone();
}

function actorHeaders({ actor }: CommandActor, io: CommandIo): Readonly<Record<string, string>> {
  return { [ACTOR_HEADER]: actor ?? currentUser(io) };
}

/** Whether a command goes to a server that options or environment name. */
export function namesServer(options: GlobalOptions, io: Pick<CommandIo, "env">): boolean {
  return remoteClient(options, io) !== null;
}

/** The client of the server that options or environment name; null: none is named. */
function remoteClient({ server, token, ...options }: GlobalOptions, { env }: Pick<CommandIo, "env">): Client | null {
  const baseUrl = server ?? (isDatabaseGiven(options) ? undefined : env.TASKER_SERVER);
  if (baseUrl === undefined || baseUrl === "") {
    if (token !== undefined) throw new UsageError("--token needs --server", { context: { option: "--token" } });
    return null;
  }
  const source = server === undefined ? "TASKER_SERVER" : "--server";
  if (!/^https?:\/\//.test(baseUrl) || !URL.canParse(baseUrl)) {
    throw new UsageError(`${source} does not begin with http:// or https://`, { context: { source } });
  }
  if (isDatabaseGiven(options)) {
    throw new UsageError("a server and a database are both given, expected one of them", { context: { source } });
  }
  const key = token ?? env.TASKER_TOKEN;
  return new Client({ baseUrl, ...(key === undefined || key === "" ? {} : { token: key }) });
}

function isDatabaseGiven({ databaseUrl, data }: GlobalOptions): boolean {
  return databaseUrl !== undefined || data !== undefined;
}

async function throughSocket<T>(
  socketPath: string,
  headers: Readonly<Record<string, string>>,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const { Agent, fetch } = await import("undici");
  const dispatcher = new Agent({ connect: { socketPath } });
  try {
    const send = async (request: Request) => {
      const body = request.body === null ? undefined : await request.text();
      const { url, method, signal } = request;
      const init = {
        method,
        signal,
        dispatcher,
        headers: [...request.headers],
        ...(body === undefined ? {} : { body }),
      };
      const response = await fetch(url, init);
      // The same class from another module: undici brings its own.
      return new Response(response.body as ReadableStream | null, {
        status: response.status,
        headers: [...response.headers],
      });
    };
    return await work(new Client({ baseUrl: NOWHERE, headers, fetch: send }));
  } finally {
    await dispatcher.close();
  }
}

async function inProcess<T>(
  { io, printer }: CommandSession,
  options: GlobalOptions & CommandActor,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const { HandlerRegistry } = await import("../handlers/registry.ts");
  const { engineOptionsFrom } = await import("../settings/engine-options.ts");
  const { SecretSource } = await import("../vault/secret-source.ts");
  const { makeServer } = await import("./serving/make-server.ts");
  const { createEngineLog } = await import("./engine-log.ts");
  const { readCustomIdentity } = await import("./read-custom-identity.ts");
  const { readStored, storedLayer } = await import("../settings/stored/read-stored.ts");
  const note = (text: string) => printer.note(text);
  return withDatabase(options, io, "existing", async (database) => {
    const stored = storedLayer((await readStored(database)).values);
    const loaded = await readCommandConfiguration(options, io, { stored });
    const registry = new HandlerRegistry();
    const secrets = new SecretSource({ variables: io.env });
    const configured = engineOptionsFrom(loaded, await readCustomIdentity(loaded, io), secrets);
    const engine = createCommandEngine(io, database, registry, { configured }, note);
    const log = createEngineLog(io, note);
    // What guards a server is for those who come from elsewhere; whoever has the database needs no server.
    const open = {
      ...loaded,
      document: { ...loaded.document, auth: { ...loaded.document.auth, authentication_enabled: false } },
    };
    const parts = {
      ...{ engine, database, registry, loaded: open, log },
      ...{ metrics: null, httpMetrics: null, onConfiguration: () => {} },
    };
    const server = await makeServer(io, options, parts, { rateLimit: null, compress: false });
    const fetch = (request: Request) => server.fetchLocally(request);
    const headers = actorHeaders(options, io);
    try {
      return await work(new Client({ baseUrl: NOWHERE, headers, fetch }));
    } catch (error) {
      throw error instanceof RequestFailedError ? withoutRequest(error) : error;
    } finally {
      await server.close({ graceMs: 0 });
    }
  });
}

/** The error of a request that no log of a server knows. */
function withoutRequest(error: RequestFailedError): RequestFailedError {
  const { message, status, problem, cause } = error;
  if (problem === null) return error;
  return new RequestFailedError(message, status, { problem: { ...problem, request_id: "" }, cause });
}
