import { z } from "zod";
import { ConfigurationError } from "../../errors/index.ts";
import { circuitOf, type StepCircuit, StepCircuitDocument } from "../../templates/circuit-document.ts";
import { hintAt } from "../../text/nearest-name.ts";
import { StatusList } from "./status-classes.ts";

/** Methods that a request may have. */
export const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
/** A method of HTTP. */
export type Method = (typeof METHODS)[number];

const seconds = z.number({ error: "a number of seconds above 0" }).positive({ error: "more than 0" });
const filled = z.string({ error: "a text that is not empty" }).min(1, { error: "a text that is not empty" });
const scalar = z.union([z.string(), z.number(), z.boolean()], { error: "a text, a number, true or false" });

/** Values of query parameters and form fields: a list gives the name once for each of its members; null leaves it out. */
export const FieldValues = z.record(z.string(), z.union([scalar, z.array(scalar), z.null()]), {
  error: "a mapping of names to texts, numbers, true, false, or lists of these",
});
/** Values of query parameters and form fields. */
export type FieldValues = z.infer<typeof FieldValues>;

const headers = z.record(z.string(), z.string().nullable(), { error: "a mapping of names to texts" });
const tlsVersion = z.enum(["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"], { error: "TLSv1.2, TLSv1.3 or an older one" });

const SslOptions = z.strictObject({
  /** Whether the server's certificate is checked. Default: true. */
  verify: z.boolean().nullish(),
  /** Certificates of authorities to trust instead of the system's: a file in PEM, or the text itself. */
  ca_file: filled.nullish(),
  /** The client's own certificate and key: files in PEM, or the texts themselves. */
  client_cert: filled.nullish(),
  client_key: filled.nullish(),
  /** Name that the server's certificate must have. Default: the host of the URL. */
  server_name: filled.nullish(),
  min_version: tlsVersion.nullish(),
  max_version: tlsVersion.nullish(),
});
/** How connections are secured. */
export type SslOptions = z.infer<typeof SslOptions>;

const DeclaredRequest = z.strictObject({
  /** Appended to `url`. Default: nothing. */
  path: z.string().nullish(),
  params: z.record(z.string(), z.unknown()).nullish(),
  headers: z.record(z.string(), z.string()).nullish(),
  body: z.unknown().optional(),
});
/** A request as a template declares it, with placeholders. */
export type DeclaredRequest = z.infer<typeof DeclaredRequest>;

/**
 * Configuration of an `ApiStepHandler`, as `handler_config` of a template holds it. A key without a value counts as absent.
 */
export const ApiHandlerConfig = z.strictObject({
  /** The reference's mark of such a configuration. Needed nowhere. */
  type: z.literal("api", { error: '"api"' }).nullish(),
  /** Where paths of requests start: `http` or `https`, without query and fragment. */
  url: z.string({ error: "a URL such as https://api.example.com/v1" }).refine(isBaseUrl, {
    error: "a URL of http or https, without credentials, query and fragment",
  }),
  /** Query parameters of every request. */
  params: FieldValues.nullish(),
  /** Headers of every request, over the defaults; null takes a default away. */
  headers: headers.nullish(),
  ssl: SslOptions.nullish(),
  /** Time for one request until its response is read. Default: 30. */
  timeout_seconds: seconds.nullish(),
  /** The name that documents of the reference use for `timeout_seconds`. */
  timeout: seconds.nullish(),
  /** Time for making a connection. Default: 10. */
  connect_timeout_seconds: seconds.nullish(),
  /** Method of the declared request. Default: GET. */
  method: z
    .string()
    .transform((name) => name.toUpperCase())
    .pipe(z.enum(METHODS, { error: `one of ${METHODS.join(", ")}` }))
    .nullish(),
  request: DeclaredRequest.nullish(),
  /** How `body` of the declared request, and `data` of others, are written. Default: json. */
  body_format: z.enum(["json", "form"], { error: "json or form" }).nullish(),
  /** Largest body that is sent, in bytes. Default: 10,000,000. */
  max_request_bytes: z.int().positive().nullish(),
  /** Largest body that is read, in bytes. Default: 1,000,000. */
  max_response_bytes: z.int().positive().nullish(),
  /** Redirects that are followed. Default: 0. */
  max_redirects: z.int().min(0).max(20).nullish(),
  /** Statuses that count otherwise than by default. */
  statuses: z
    .strictObject({ success: StatusList.nullish(), retryable: StatusList.nullish(), permanent: StatusList.nullish() })
    .nullish(),
  /** What is masked in what is stored, besides the usual headers. */
  redact: z.strictObject({ headers: z.array(filled).nullish(), body: z.array(filled).nullish() }).nullish(),
  /** Whether waits grow with the attempts, where the server asks for none. Default: true. */
  enable_exponential_backoff: z.boolean().nullish(),
  /** First wait in seconds. Default: the engine's backoff decides; without exponential backoff 1. */
  retry_delay: z.number().min(0).nullish(),
  /** Share of a wait, 0 to 1, by which chance makes it longer or shorter. Default: 0.1. */
  jitter_factor: z.number().min(0).max(1).nullish(),
  /** Lets no call through for a while after failures. Default: none. */
  circuit_breaker: StepCircuitDocument.nullish(),
  /** Settings of a subclass's own, which nothing here looks at. */
  options: z.record(z.string(), z.unknown()).nullish(),
});
/** Configuration of an `ApiStepHandler`, as it is written. */
export type ApiHandlerConfig = z.input<typeof ApiHandlerConfig>;

/** The configuration with its defaults. */
export type ApiSettings = ReturnType<typeof settle>;

/** What to write instead of keys that documents of the reference use and its code ignores. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  retries: "default_retry_limit of the step is the number of attempts",
  retry_limit: "default_retry_limit of the step is the number of attempts",
  max_retries: "default_retry_limit of the step is the number of attempts",
  retry_backoff: "enable_exponential_backoff and retry_delay decide how long a retry waits",
  api_endpoint: "url is where requests go",
  endpoint: "url is where requests go, request.path what is appended",
  base_url: "url is where requests go",
  body: "request.body is what is sent",
  path: "request.path is what is appended to url",
};

/**
 * Checks a configuration and fills in its defaults.
 * @throws ConfigurationError with a line for everything that is wrong
 */
export function parseApiConfig(value: unknown): ApiSettings {
  const parsed = ApiHandlerConfig.safeParse(value);
  const twice = parsed.data?.timeout != null && parsed.data.timeout_seconds != null;
  if (parsed.success && !twice) return settle(parsed.data);
  const lines = twice
    ? ["timeout: found beside timeout_seconds, expected one of the two"]
    : (parsed.error?.issues ?? []).flatMap((issue) => describe(issue, value));
  throw new ConfigurationError(`handler_config of an API step:\n${lines.join("\n")}`, {
    context: { field: "handler_config", value: lines, expected: "a configuration of an API step" },
  });
}

function settle(config: z.output<typeof ApiHandlerConfig>) {
  return {
    url: config.url,
    params: config.params ?? {},
    headers: config.headers ?? {},
    ssl: config.ssl ?? {},
    timeoutSeconds: config.timeout_seconds ?? config.timeout ?? 30,
    connectTimeoutSeconds: config.connect_timeout_seconds ?? 10,
    method: config.method ?? "GET",
    request: config.request ?? {},
    bodyFormat: config.body_format ?? "json",
    maxRequestBytes: config.max_request_bytes ?? 10_000_000,
    maxResponseBytes: config.max_response_bytes ?? 1_000_000,
    maxRedirects: config.max_redirects ?? 0,
    statuses: config.statuses ?? {},
    redact: { headers: config.redact?.headers ?? [], body: config.redact?.body ?? [] },
    exponential: config.enable_exponential_backoff ?? true,
    retryDelay: config.retry_delay ?? null,
    jitterFactor: config.jitter_factor ?? 0.1,
    circuit: config.circuit_breaker == null ? null : circuitOfUrl(config.url, config.circuit_breaker),
    options: config.options ?? {},
  } as const;
}

function describe(issue: z.core.$ZodIssue, config: unknown): string[] {
  const place = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const hint = (place === "" ? ELSEWHERE[key] : undefined) ?? hintAt(key, knownKeys(issue.path), "known keys");
      return `${place === "" ? "" : `${place}.`}${key}: unknown (${hint})`;
    });
  }
  const missing = issue.path.reduce<unknown>(memberOf, config) === undefined;
  const expected = place === "" ? "a mapping with url" : issue.message;
  return [`${place === "" ? "handler_config" : place}: ${missing ? "is missing, " : ""}expected ${expected}`];
}

const memberOf = (value: unknown, key: PropertyKey): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;

function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  switch (path[0]) {
    case undefined:
      return Object.keys(ApiHandlerConfig.shape);
    case "ssl":
      return Object.keys(SslOptions.shape);
    case "request":
      return Object.keys(DeclaredRequest.shape);
    case "circuit_breaker":
      return Object.keys(StepCircuitDocument.shape);
    case "statuses":
      return ["success", "retryable", "permanent"];
    default:
      return ["headers", "body"];
  }
}

/** All API steps of a namespace that call the same host share a circuit, unless it is named otherwise. */
function circuitOfUrl(url: string, document: z.infer<typeof StepCircuitDocument>): StepCircuit {
  return circuitOf(document.name ?? new URL(url).host, document);
}

function isBaseUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) return false;
  // Credentials in a URL would be seen in messages and logs.
  return url.username === "" && url.password === "" && url.search === "" && url.hash === "";
}
