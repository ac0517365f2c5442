import type { IncomingMessage, ServerResponse } from "node:http";
import { JsonExporter } from "../export/json-exporter.ts";
import type { Metrics } from "../metrics/metrics.ts";

/** Answers requests: mount it in a server of your own, or see `serveMetrics`. */
export type MetricsHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** What somebody is answered who may not see metrics. */
export interface MetricsRefusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

/** Options of {@link metricsHandler}. */
export interface MetricsHandlerOptions {
  /** What whoever accepts both gets. Default: `prometheus`. */
  readonly format?: "prometheus" | "json";
  /** Says whether a request is answered: null, or what it is answered instead. Default: each is. */
  readonly authorize?: (request: IncomingMessage) => Promise<MetricsRefusal | null>;
  /** Told what keeps it from answering; the answer is then 500. Default: nobody. */
  readonly onError?: (error: unknown) => void;
}

/**
 * Answers `GET` and `HEAD` with the metrics in Prometheus' text format, or as JSON: whichever of the two the request accepts
 * alone, else the format of the options. Other methods get 405. It reads memory only.
 */
export function metricsHandler(
  metrics: Pick<Metrics, "text" | "snapshot" | "registry">,
  { format = "prometheus", authorize, onError }: MetricsHandlerOptions = {},
): MetricsHandler {
  const json = new JsonExporter();
  const render = async (accept: string): Promise<{ type: string; body: string }> => {
    if (acceptedFormat(accept, format) === "json") {
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
      const refusal = (await authorize?.(request)) ?? null;
      if (refusal !== null) {
        response.writeHead(refusal.status, { ...refusal.headers, "content-type": "application/json; charset=utf-8" });
        response.end(JSON.stringify(refusal.body));
        return;
      }
      const { type, body } = await render(request.headers.accept ?? "");
      response.writeHead(200, {
        "content-type": type,
        "content-length": Buffer.byteLength(body),
        "cache-control": "no-store",
      });
      response.end(request.method === "HEAD" ? undefined : body);
    } catch (error) {
      onError?.(error);
      response.writeHead(500, { "content-type": "text/plain; charset=utf-8" }).end("the metrics could not be read\n");
    }
  };
}

function acceptedFormat(accept: string, otherwise: "prometheus" | "json"): "prometheus" | "json" {
  const takesJson = accept.includes("application/json");
  const takesText = accept.includes("text/") || accept.includes("openmetrics");
  if (takesJson === takesText) return otherwise;
  return takesJson ? "json" : "prometheus";
}
