import type { ApiSettings, FieldValues, Method } from "./api-config.ts";
import type { ApiResponse } from "./api-response.ts";
import { type BodyOptions, encodeBody } from "./request-body.ts";
import { requestUrl } from "./request-url.ts";
import { type OutgoingRequest, sendRequest, type Transport } from "./send-request.ts";

/** What a request has besides what the configuration gives to all. */
export interface ApiRequestOptions extends BodyOptions {
  readonly params?: FieldValues;
  /** Over those of the configuration. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: the configuration's. */
  readonly timeoutSeconds?: number;
}

/** Changes a request before it is sent: signs it, adds a token. */
export type PrepareRequest = (request: OutgoingRequest) => OutgoingRequest | Promise<OutgoingRequest>;

const DEFAULT_HEADERS = { accept: "application/json", "content-type": "application/json" };

/**
 * The connection of one attempt to the system at the configured URL. Every method gives the response, whatever its status.
 * @throws RetryableError, PermanentError if there is none
 */
export class ApiConnection {
  readonly #transport: Transport;
  readonly #prepare: PrepareRequest | null;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(transport: Transport, prepare: PrepareRequest | null) {
    this.#transport = transport;
    this.#prepare = prepare;
    this.#headers = mergeHeaders(DEFAULT_HEADERS, transport.settings.headers);
  }

  get(path = "", options: ApiRequestOptions = {}): Promise<ApiResponse> {
    return this.request("GET", path, options);
  }

  head(path = "", options: ApiRequestOptions = {}): Promise<ApiResponse> {
    return this.request("HEAD", path, options);
  }

  post(path = "", options: ApiRequestOptions = {}): Promise<ApiResponse> {
    return this.request("POST", path, options);
  }

  put(path = "", options: ApiRequestOptions = {}): Promise<ApiResponse> {
    return this.request("PUT", path, options);
  }

  patch(path = "", options: ApiRequestOptions = {}): Promise<ApiResponse> {
    return this.request("PATCH", path, options);
  }

  delete(path = "", options: ApiRequestOptions = {}): Promise<ApiResponse> {
    return this.request("DELETE", path, options);
  }

  /**
   * Sends a request.
   * @param path appended to the configured URL; with a slash at its beginning, in place of that URL's path
   */
  async request(method: Method, path = "", options: ApiRequestOptions = {}): Promise<ApiResponse> {
    const { settings } = this.#transport;
    const body = encodeBody(options, settings.bodyFormat, settings.maxRequestBytes);
    const request: OutgoingRequest = {
      method,
      url: requestUrl(settings.url, path, { ...settings.params, ...options.params }),
      headers: this.#headersFor(settings, options, body?.type ?? null, body !== null),
      body: body?.content ?? null,
      timeoutSeconds: options.timeoutSeconds ?? settings.timeoutSeconds,
    };
    return sendRequest(this.#transport, this.#prepare === null ? request : await this.#prepare(request));
  }

  /** A form has its own type, JSON the configured one (it may be a kind of JSON); without a body there is no type. */
  #headersFor(settings: ApiSettings, options: ApiRequestOptions, type: string | null, hasBody: boolean) {
    const isNamed = mergeHeaders({}, settings.headers)["content-type"] !== undefined;
    const keeps = type === null || (isNamed && type === "application/json");
    const typed: Record<string, string> = keeps ? {} : { "content-type": type };
    const headers = mergeHeaders(this.#headers, typed, options.headers ?? {});
    return hasBody ? headers : mergeHeaders(headers, { "content-type": null });
  }
}

/** Later ones win, whatever the case of their names; null takes one away. */
function mergeHeaders(...all: readonly Readonly<Record<string, string | null>>[]): Record<string, string> {
  const merged = new Map<string, string>();
  for (const headers of all) {
    for (const [name, value] of Object.entries(headers)) {
      if (value === null) merged.delete(name.toLowerCase());
      else merged.set(name.toLowerCase(), value);
    }
  }
  return Object.fromEntries(merged);
}
