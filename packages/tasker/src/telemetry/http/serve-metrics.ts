import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ConfigurationError } from "../../errors/index.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { metricsHandler } from "./metrics-handler.ts";

/** Where metrics are served. */
export interface MetricsEndpoint {
  /** Such as `http://127.0.0.1:9464/metrics`. */
  readonly url: string;
  /** Ends it, and the connections to it. */
  close(): Promise<void>;
}

/** Options of {@link serveMetrics}. */
export interface ServeMetricsOptions {
  /** 0: any that is free. */
  readonly port: number;
  /** Address to listen on. Default: `127.0.0.1`, which only this machine reaches: metrics name tasks, and nobody is asked who he is. */
  readonly host?: string;
  /** Told what keeps it from answering. Default: nobody. */
  readonly onError?: (error: unknown) => void;
}

/**
 * Serves metrics at `/metrics` in a server of their own, for as long as the process lives: it does not keep it alive.
 * @throws ConfigurationError if it cannot listen there, as when the port is in use
 */
export async function serveMetrics(
  metrics: Metrics,
  { port, host = "127.0.0.1", onError }: ServeMetricsOptions,
): Promise<MetricsEndpoint> {
  const answer = metricsHandler(metrics, onError);
  const server = createServer((request, response) => {
    if (pathOf(request.url) === "/metrics") void answer(request, response);
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
  server.on("error", (error) => onError?.(error));
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
