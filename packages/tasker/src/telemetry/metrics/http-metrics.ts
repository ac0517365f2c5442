import type { Metrics } from "./metrics.ts";

/** A request that was answered. */
export interface AnsweredRequest {
  /** Id of its route, with `reference.` before it for a path of the reference; `none`: there was no route for it. */
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly seconds: number;
}

/** Counts what a server is asked for. */
export interface HttpMetrics {
  /** Tells of an answer; for a stream, when it begins. */
  answered(request: AnsweredRequest): void;
  /** Tells of a stream that begins, or ends. */
  streams(change: 1 | -1): void;
}

/** Metrics of a server: its requests by route, method and class of status, how long they took, and the streams that are open. */
export function addHttpMetrics(metrics: Metrics): HttpMetrics {
  const labels = ["route", "method", "status"] as const;
  const requests = metrics.counter({ name: "http_requests_total", help: "Requests that were answered", labels });
  const durations = metrics.histogram({
    name: "http_request_duration_seconds",
    help: "Seconds until an answer began",
    labels,
  });
  const streams = metrics.gauge({ name: "http_open_streams", help: "Streams of events that are open" });
  streams.set(0);
  return {
    answered({ route, method, status, seconds }) {
      const series = { route, method, status: `${Math.floor(status / 100)}xx` };
      requests.increment(series);
      durations.observe(seconds, series);
    },
    streams: (change) => streams.add(change),
  };
}
