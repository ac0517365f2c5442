import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Configuration } from "../config/configuration.ts";
import type { ServerConfig } from "../config/server-config.ts";
import { ConfigurationError } from "../errors/index.ts";
import type { AppOptions } from "./app-options.ts";
import type { ListenOptions } from "./server.ts";

/** What a configuration says for a server: what bounds it, and who may use it from where. */
export function appOptionsFrom({ server, graphql, telemetry }: Configuration): AppOptions {
  const { live } = server;
  const { introspection } = graphql;
  return {
    trustedProxies: server.trusted_proxies,
    proxyHeaders: server.proxy_headers,
    corsOrigins: server.cors_origins,
    rateLimit:
      server.rate_limit_requests === null
        ? null
        : { requests: server.rate_limit_requests, seconds: server.rate_limit_window_seconds },
    bodyLimit: server.max_body_bytes,
    answerLimit: server.max_answer_bytes,
    timeoutMs: server.timeout_seconds * 1_000,
    compress: server.compression,
    graceMs: server.shutdown_grace_seconds * 1_000,
    correlationHeader: telemetry.correlation_id_header,
    live: {
      connections: live.max_clients,
      connectionsPerPrincipal: live.max_clients_per_principal,
      recheckMs: live.recheck_seconds * 1_000,
      beatMs: live.beat_seconds * 1_000,
      buffer: live.max_waiting_events,
    },
    graphql: {
      introspection,
      limits: {
        maxTokens: graphql.max_tokens,
        maxFields: graphql.max_fields,
        maxAliases: graphql.max_aliases,
        maxFragments: graphql.max_fragments,
        maxDepth: graphql.max_depth,
        maxCost: graphql.max_cost,
        maxRows: graphql.max_rows,
        maxPageSize: graphql.max_page_size,
        maxOffset: graphql.max_offset,
        maxBatch: graphql.max_batch,
      },
    },
  };
}

/** Where a server listens. */
export interface ListenPlan extends ListenOptions {
  /** Absolute path of a Unix socket; null: none. */
  readonly socket: string | null;
}

/**
 * What a configuration says for where a server listens. Reads the certificate and its key.
 * @param directory from which paths start
 * @throws ConfigurationError for a file that cannot be read
 */
export async function listenPlanFrom(config: ServerConfig, directory: string): Promise<ListenPlan> {
  const { host, port, socket, tls_cert_file: certFile, tls_key_file: keyFile } = config;
  const read = (option: string, file: string) => readPem(option, resolve(directory, file));
  const tls =
    certFile === null || keyFile === null
      ? undefined
      : { cert: await read("server.tls_cert_file", certFile), key: await read("server.tls_key_file", keyFile) };
  return { host, port, tls, socket: socket === null ? null : resolve(directory, socket) };
}

async function readPem(option: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const expected = "a file that can be read";
    throw new ConfigurationError(`${option} is ${path}, expected ${expected}`, {
      context: { option, value: path, expected },
      cause,
    });
  }
}
