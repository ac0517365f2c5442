import { PermanentError, RetryableError } from "../../errors/index.ts";
import type { JsonObject } from "../../json/json-value.ts";

/** The request did not end in time: the reason with which it is aborted. */
export class RequestTimeout extends Error {
  override readonly name = "RequestTimeout";
}

/** Certificates and handshakes: the same call fails until somebody mends one side. */
const TLS_CODE = /CERT|^ERR_SSL|^ERR_TLS|^EPROTO$|^ERR_OSSL|UNABLE_TO_VERIFY|SELF_SIGNED/;
/** Requests that cannot be sent at all. */
const INVALID_CODE = /^UND_ERR_INVALID_ARG$|^ERR_INVALID|^UND_ERR_REQ_CONTENT_LENGTH_MISMATCH$|^UND_ERR_NOT_SUPPORTED$/;
const TIMEOUT_CODE = /^UND_ERR_CONNECT_TIMEOUT$|^ETIMEDOUT$/;

/**
 * What a request that got no response means for the step: retryable with the code `API_TIMEOUT` or `API_CONNECTION`, or
 * permanent with `API_TLS` or `API_INVALID_REQUEST`. The original error is the cause.
 * @param seconds time that the request had
 */
export function describeTransportFailure(
  error: unknown,
  request: { readonly method: string; readonly url: string },
  seconds: number,
): RetryableError | PermanentError {
  const { method, url } = request;
  const code = codeOf(error);
  const options = (errorCode: string) => {
    const details: JsonObject = { request: { method, url }, ...(code === null ? {} : { cause_code: code }) };
    return { errorCode, cause: error, context: { method, url, code }, details };
  };
  if (error instanceof RequestTimeout) {
    return new RetryableError(`${method} ${url}: no response within ${seconds} s`, options("API_TIMEOUT"));
  }
  const message = `${method} ${url}: ${textOf(error, code)}`;
  if (code !== null && TIMEOUT_CODE.test(code)) return new RetryableError(message, options("API_TIMEOUT"));
  if (code !== null && TLS_CODE.test(code)) return new PermanentError(message, options("API_TLS"));
  if (code !== null && INVALID_CODE.test(code)) return new PermanentError(message, options("API_INVALID_REQUEST"));
  return new RetryableError(message, options("API_CONNECTION"));
}

function codeOf(error: unknown): string | null {
  const code: unknown = error instanceof Error && "code" in error ? error.code : null;
  if (typeof code === "string") return code;
  return error instanceof Error && error.cause !== undefined ? codeOf(error.cause) : null;
}

/** The error of a host with several addresses has no message of its own. */
function textOf(error: unknown, code: string | null): string {
  const text = error instanceof Error ? error.message : String(error);
  return text === "" ? (code ?? "the connection failed") : text;
}
