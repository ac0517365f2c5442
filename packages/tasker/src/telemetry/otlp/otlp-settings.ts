import { hostname } from "node:os";
import { ConfigurationError } from "../../errors/index.ts";
import { VERSION } from "../../version.ts";

/** Where and as what metrics are pushed. */
export interface OtlpSettings {
  /** Address of the receiver for metrics, with its path. A user and a password in it are sent as the header `authorization`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds between two pushes. */
  readonly intervalMs: number;
  /** Attributes of the resource. */
  readonly attributes: Readonly<Record<string, string>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads OpenTelemetry's own variables: `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT` (whole address), `OTEL_EXPORTER_OTLP_ENDPOINT`
 * (`/v1/metrics` is added), `OTEL_EXPORTER_OTLP_METRICS_HEADERS`, `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_METRIC_EXPORT_INTERVAL`
 * (milliseconds, default 60,000), `OTEL_SERVICE_NAME` (default `tasker`), `OTEL_RESOURCE_ATTRIBUTES`.
 * @param given base address that was named otherwise, which comes before the variables; `/v1/metrics` is added if it has no path
 * @returns null if no address is given anywhere
 * @throws ConfigurationError if a value cannot be read
 */
export function otlpSettings(given: string | undefined, env: Environment): OtlpSettings | null {
  const url = addressOf(given, env);
  if (url === null) return null;
  const headers = filled(env, "OTEL_EXPORTER_OTLP_METRICS_HEADERS") ?? filled(env, "OTEL_EXPORTER_OTLP_HEADERS") ?? "";
  return {
    url,
    headers: readHeaders("OTEL_EXPORTER_OTLP_HEADERS", headers),
    intervalMs: readInterval(env),
    attributes: {
      "service.name": filled(env, "OTEL_SERVICE_NAME") ?? "tasker",
      "service.version": VERSION,
      "service.instance.id": `${hostname()}-${process.pid}`,
      ...readPairs("OTEL_RESOURCE_ATTRIBUTES", filled(env, "OTEL_RESOURCE_ATTRIBUTES") ?? ""),
    },
  };
}

function addressOf(given: string | undefined, env: Environment): string | null {
  const whole = given === undefined ? filled(env, "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT") : undefined;
  if (whole !== undefined) return checkAddress("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", whole).href;
  const base = given ?? filled(env, "OTEL_EXPORTER_OTLP_ENDPOINT");
  if (base === undefined) return null;
  const url = checkAddress(given === undefined ? "OTEL_EXPORTER_OTLP_ENDPOINT" : "metrics-otlp", base);
  if (given === undefined || url.pathname === "/") url.pathname = `${url.pathname.replace(/\/$/, "")}/v1/metrics`;
  return url.href;
}

function checkAddress(option: string, value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  // A password is not repeated.
  const shown = value.replace(/[^/]*@/, "***@");
  throw new ConfigurationError(`${option} is '${shown}', expected an address such as http://localhost:4318`, {
    context: { option, value: shown, expected: "an http or https address" },
  });
}

function readInterval(env: Environment): number {
  const text = filled(env, "OTEL_METRIC_EXPORT_INTERVAL") ?? "60000";
  const ms = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (ms >= 1) return ms;
  throw new ConfigurationError(`OTEL_METRIC_EXPORT_INTERVAL is '${text}', expected a whole number of milliseconds`, {
    context: { option: "OTEL_METRIC_EXPORT_INTERVAL", value: text, expected: "a whole number of milliseconds" },
  });
}

function readHeaders(option: string, text: string): Record<string, string> {
  const headers = readPairs(option, text);
  try {
    new Headers(headers);
  } catch {
    throw new ConfigurationError(`${option} has a name or a value that HTTP does not allow in a header`, {
      context: { option, expected: "key=value,key=value" },
    });
  }
  return headers;
}

/** `key=value,key=value`, values percent-encoded. Values are not repeated in messages: they may be secrets. */
function readPairs(option: string, text: string): Record<string, string> {
  const parts = text.split(",").filter((part) => part.trim() !== "");
  return Object.fromEntries(
    parts.map((part) => {
      const pair = /^\s*([^=\s]+)\s*=(.*)$/s.exec(part);
      const value = pair === null ? null : decoded(pair[2] ?? "");
      if (pair?.[1] !== undefined && value !== null) return [pair[1], value];
      throw new ConfigurationError(`${option} cannot be read, expected key=value pairs separated by commas`, {
        context: { option, expected: "key=value,key=value" },
      });
    }),
  );
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text.trim());
  } catch {
    // a percent sign that encodes nothing
    return null;
  }
}

function filled(env: Environment, name: string): string | undefined {
  const value = env[name];
  return value === undefined || value.trim() === "" ? undefined : value.trim();
}
