import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { CORRELATION_HEADER, correlationIdFromHeaders } from "../../correlation/correlation-id.ts";
import { withCorrelationId } from "../../correlation/current-correlation.ts";
import { ConfigurationError } from "../../errors/index.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { type MetricsHandlerOptions, metricsHandler } from "./metrics-handler.ts";

/** Where metrics are served. */
export interface MetricsEndpoint {
  /** Such as `http://127.0.0.1:9464/metrics`. */
  readonly url: string;
  /** Ends it, and the connections to it. */
  close(): Promise<void>;
}

/** Options of {@link serveMetrics}. */
export interface ServeMetricsOptions extends MetricsHandlerOptions {
  /** 0: any that is free. */
  readonly port: number;
  /** Address to listen on. Default: `127.0.0.1`, which only this machine reaches: metrics name tasks, and without `authorize` nobody is asked who he is. */
  readonly host?: string;
  /** A second path at which they are served. Default: none. */
  readonly path?: string;
  /** The header of requests that holds a correlation id; answers have it, too. Default: `X-Correlation-ID`. */
  readonly correlationHeader?: string;
}

/**
 * Serves metrics at `/metrics` in a server of their own, for as long as the process lives: it does not keep it alive.
 * @throws ConfigurationError if it cannot listen there, as when the port is in use
 */
export async function serveMetrics(
  metrics: Metrics,
  { port, host = "127.0.0.1", path, correlationHeader = CORRELATION_HEADER, ...options }: ServeMetricsOptions,
): Promise<MetricsEndpoint> {
  const answer = metricsHandler(metrics, options);
  const server = createServer((request, response) => {
    const asked = pathOf(request.url);
    const correlationId = correlationIdFromHeaders(request.headers, correlationHeader);
    response.setHeader(correlationHeader, correlationId);
    if (asked === "/metrics" || asked === path) void withCorrelationId(correlationId, () => answer(request, response));
    else response.writeHead(404, { "content-type": "text/plain; charset=utf-8" }).end("metrics are at /metrics\n");
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => {
      reject(
        new ConfigurationError(`metrics cannot be served on ${host}, port ${port}: ${cause.message}`, {
          context: { option: "metrics-port", value: port, expected: "a port that is free" },
          cause,
        }),
      );
    });
    server.listen(port, host, resolve);
  });
  server.on("error", (error) => options.onError?.(error));
  server.unref();
  return {
    url: `http://${addressText(server.address())}/metrics`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function pathOf(url: string | undefined): string {
  return url?.split("?", 1)[0] ?? "";
}

function addressText(address: string | AddressInfo | null): string {
  if (address === null || typeof address === "string") return address ?? "";
  return address.family === "IPv6" ? `[${address.address}]:${address.port}` : `${address.address}:${address.port}`;
}
