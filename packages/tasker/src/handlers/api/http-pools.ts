import { readFile } from "node:fs/promises";
import type { Dispatcher } from "undici";
import { PermanentError } from "../../errors/index.ts";
import type { ResourceKind } from "../resources.ts";
import type { ApiSettings, SslOptions } from "./api-config.ts";

/** The connections of an engine to remote systems, kept open from request to request. */
export class HttpPools {
  readonly #agents = new Map<string, Promise<Dispatcher>>();

  /** Connections that are secured as the settings say: one pool for all requests that agree in that, with a queue per host. */
  agent({ ssl, connectTimeoutSeconds }: Pick<ApiSettings, "ssl" | "connectTimeoutSeconds">): Promise<Dispatcher> {
    const key = JSON.stringify([Object.entries(ssl).sort(([a], [b]) => (a < b ? -1 : 1)), connectTimeoutSeconds]);
    let agent = this.#agents.get(key);
    if (agent === undefined) {
      agent = openAgent(ssl, connectTimeoutSeconds);
      this.#agents.set(key, agent);
      // A file that could not be read may be there at the next attempt.
      agent.catch(() => this.#agents.delete(key));
    }
    return agent;
  }

  /** Closes all connections, those in use as well. */
  async close(): Promise<void> {
    const agents = await Promise.allSettled(this.#agents.values());
    this.#agents.clear();
    await Promise.all(agents.map((agent) => (agent.status === "fulfilled" ? agent.value.destroy() : undefined)));
  }
}

/** The pools of an engine. */
export const HTTP_POOLS: ResourceKind<HttpPools> = {
  name: "connections of API steps",
  open: () => new HttpPools(),
  close: (pools) => pools.close(),
};

async function openAgent(ssl: SslOptions, connectTimeoutSeconds: number): Promise<Dispatcher> {
  const [ca, cert, key] = await Promise.all([
    readPem("ca_file", ssl.ca_file),
    readPem("client_cert", ssl.client_cert),
    readPem("client_key", ssl.client_key),
  ]);
  // Loaded when the first API step runs: an engine without any does not pay for it.
  const { Agent, interceptors } = await import("undici");
  const agent = new Agent({
    allowH2: false,
    // The time of a request is measured by the engine's clock, from its start to the end of its body.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      timeout: connectTimeoutSeconds * 1_000,
      rejectUnauthorized: ssl.verify ?? true,
      ...(ca === null ? {} : { ca }),
      ...(cert === null ? {} : { cert }),
      ...(key === null ? {} : { key }),
      ...(ssl.server_name == null ? {} : { servername: ssl.server_name }),
      ...(ssl.min_version == null ? {} : { minVersion: ssl.min_version }),
      ...(ssl.max_version == null ? {} : { maxVersion: ssl.max_version }),
    },
  });
  return agent.compose(interceptors.redirect({ maxRedirections: 0 }));
}

async function readPem(option: string, source: string | null | undefined): Promise<string | null> {
  if (source == null) return null;
  if (source.startsWith("-----BEGIN")) return source;
  try {
    return await readFile(source, "utf8");
  } catch (error) {
    throw new PermanentError(
      `ssl.${option} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      {
        errorCode: "API_TLS",
        cause: error,
        context: { field: `ssl.${option}`, value: source, expected: "a file in PEM" },
      },
    );
  }
}
