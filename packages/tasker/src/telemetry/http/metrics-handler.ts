import type { IncomingMessage, ServerResponse } from "node:http";
import { JsonExporter } from "../export/json-exporter.ts";
import type { Metrics } from "../metrics/metrics.ts";

/** Answers requests: mount it in a server of your own, or see {@link serveMetrics}. */
export type MetricsHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Answers `GET` and `HEAD` with the metrics in Prometheus' text format, or as JSON where the request accepts
 * `application/json` and not text. Other methods get 405. It reads memory only.
 * @param onError told what keeps it from answering; the answer is then 500
 */
export function metricsHandler(
  metrics: Pick<Metrics, "text" | "snapshot" | "registry">,
  onError: (error: unknown) => void = () => undefined,
): MetricsHandler {
  const json = new JsonExporter();
  const render = async (accept: string): Promise<{ type: string; body: string }> => {
    if (accept.includes("application/json") && !accept.includes("text/")) {
      return { type: "application/json; charset=utf-8", body: json.export(await metrics.snapshot()) };
    }
    return { type: metrics.registry.contentType, body: await metrics.text() };
  };
  return async (request, response) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405, { allow: "GET, HEAD" }).end();
      return;
    }
    try {
      const { type, body } = await render(request.headers.accept ?? "");
      response.writeHead(200, {
        "content-type": type,
        "content-length": Buffer.byteLength(body),
        "cache-control": "no-store",
      });
      response.end(request.method === "HEAD" ? undefined : body);
    } catch (error) {
      onError(error);
      response.writeHead(500, { "content-type": "text/plain; charset=utf-8" }).end("the metrics could not be read\n");
    }
  };
}
