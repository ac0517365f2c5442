import type { Dispatcher } from "undici";
import { PermanentError, RetryableError } from "../../errors/index.ts";
import type { HandlerResources } from "../resources.ts";
import type { ApiSettings, Method } from "./api-config.ts";
import { ApiResponse } from "./api-response.ts";
import { HTTP_POOLS } from "./http-pools.ts";
import { Redaction } from "./redact.ts";
import { describeTransportFailure, RequestTimeout } from "./transport-failure.ts";

/** A request, ready to be sent. */
export interface OutgoingRequest {
  readonly method: Method;
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
  readonly timeoutSeconds: number;
}

/** What sending needs besides the request. */
export interface Transport {
  readonly settings: ApiSettings;
  readonly resources: HandlerResources;
  /** Ends the request when it aborts. */
  readonly signal: AbortSignal;
  /** Sends instead of the engine's connections; null: those. */
  readonly dispatcher: Dispatcher | null;
}

/**
 * Sends a request and reads its response, whatever its status.
 * @throws RetryableError, PermanentError if there is no response ({@link describeTransportFailure})
 * @throws the reason of the signal, if that has aborted
 */
export async function sendRequest(transport: Transport, request: OutgoingRequest): Promise<ApiResponse> {
  const { signal, resources, settings } = transport;
  signal.throwIfAborted();
  const control = new AbortController();
  const abort = () => control.abort(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  const cancelTimeout = resources.clock.after(request.timeoutSeconds * 1_000, () =>
    control.abort(new RequestTimeout()),
  );
  const target = { method: request.method, url: `${request.url.origin}${request.url.pathname}` };
  try {
    const dispatcher = transport.dispatcher ?? (await resources.get(HTTP_POOLS).agent(settings));
    const { statusCode, headers, body } = await dispatcher.request({
      origin: request.url.origin,
      path: `${request.url.pathname}${request.url.search}`,
      method: request.method,
      headers: { ...request.headers },
      body: request.body,
      signal: control.signal,
      // Read by the interceptor that follows redirects.
      ...redirection(settings),
    });
    const { bytes, truncated } = await readBody(body, settings.maxResponseBytes);
    return new ApiResponse({ status: statusCode, headers: present(headers), bytes, truncated, request: target });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof RetryableError || error instanceof PermanentError) throw error;
    const reason: unknown = control.signal.aborted ? control.signal.reason : error;
    throw describeTransportFailure(reason, target, request.timeoutSeconds);
  } finally {
    cancelTimeout();
    signal.removeEventListener("abort", abort);
  }
}

/** Headers with secrets do not follow a redirect to another host. */
function redirection({ maxRedirects, redact }: ApiSettings): object {
  if (maxRedirects === 0) return {};
  return {
    maxRedirections: maxRedirects,
    stripHeadersOnCrossOriginRedirect: [...new Redaction(redact.headers).headerNames],
  };
}

async function readBody(
  body: Dispatcher.ResponseData["body"],
  maxBytes: number,
): Promise<{ readonly bytes: Uint8Array; readonly truncated: boolean }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Destroyed in the middle it may report that, when nobody listens any more.
  body.on("error", () => {});
  for await (const chunk of body) {
    const bytes: Uint8Array = chunk;
    chunks.push(bytes);
    size += bytes.length;
    // Leaving the loop closes the connection: what is still to come is not read.
    if (size > maxBytes) break;
  }
  const whole = Buffer.concat(chunks);
  return size > maxBytes ? { bytes: whole.subarray(0, maxBytes), truncated: true } : { bytes: whole, truncated: false };
}

function present(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}
