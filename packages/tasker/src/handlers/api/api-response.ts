import { PermanentError } from "../../errors/index.ts";
import type { JsonObject, JsonValue } from "../../json/json-value.ts";
import { truncateText } from "../../text/bounded-text.ts";
import { Redaction } from "./redact.ts";

/** What a response is made from. */
export interface ApiResponseParts {
  readonly status: number;
  /** A header that came several times has its values in a list. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** What was read of the body. */
  readonly bytes: Uint8Array;
  /** Whether the body was larger than what is read at most. Default: false. */
  readonly truncated?: boolean;
  /** Method and URL of the request, without its query. */
  readonly request?: { readonly method: string; readonly url: string };
}

const TEXT_TYPE = /^text\/|[/+](?:json|xml)$|^application\/(?:x-www-form-urlencoded|javascript)$/;
const JSON_TYPE = /[/+]json$/;

/** Longest part of a body that is kept of a failed call, in bytes. */
const EXCERPT_BYTES = 4_096;

/**
 * The response of a remote system. Only a value of this class is one: what else a handler returns is a result.
 */
export class ApiResponse {
  readonly status: number;
  /** Names in lower case; the values of one that came several times are joined with commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  readonly truncated: boolean;
  readonly request: { readonly method: string; readonly url: string };
  #body: { readonly value: JsonValue } | null = null;

  constructor({ status, headers, bytes, truncated = false, request = { method: "GET", url: "" } }: ApiResponseParts) {
    this.status = status;
    this.headers = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value].flat().join(", ")]),
    );
    this.bytes = bytes;
    this.truncated = truncated;
    this.request = request;
  }

  /** Media type without parameters, in lower case; empty if the server named none. */
  get mediaType(): string {
    return (this.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  }

  /** The body as text, in the character set that the server named. */
  get text(): string {
    const charset = /charset="?([^\s;"]+)/i.exec(this.headers["content-type"] ?? "")?.[1] ?? "utf-8";
    try {
      return new TextDecoder(charset).decode(this.bytes);
    } catch {
      return new TextDecoder().decode(this.bytes);
    }
  }

  /**
   * The body: what JSON means, otherwise text, or base64 of what is neither; null if there is none.
   * @throws PermanentError if it was larger than allowed (`API_RESPONSE_TOO_LARGE`), or calls itself JSON and is not
   * (`API_INVALID_RESPONSE`): the call has had its effect, and would have it again
   */
  get body(): JsonValue {
    this.#body ??= { value: this.#parse() };
    return this.#body.value;
  }

  /** What is stored of the response where nothing else is said: `status`, `response_headers`, `body`. */
  toStored(redaction: Redaction = new Redaction()): JsonObject {
    return {
      status: this.status,
      response_headers: redaction.headers(this.headers),
      body: redaction.body(this.body),
    };
  }

  /** What is kept of the body of a failed call: at most 4 KB of text. Never throws. */
  excerpt(redaction: Redaction = new Redaction()): string {
    if (this.bytes.length === 0) return "";
    let value: JsonValue;
    try {
      value = this.body;
    } catch {
      value = this.text;
    }
    const masked = redaction.body(value);
    return truncateText(typeof masked === "string" ? masked : JSON.stringify(masked), EXCERPT_BYTES);
  }

  #parse(): JsonValue {
    if (this.truncated) {
      throw this.#refuse("API_RESPONSE_TOO_LARGE", `is larger than the ${this.bytes.length} bytes that are read`);
    }
    if (this.bytes.length === 0) return null;
    if (JSON_TYPE.test(this.mediaType)) {
      try {
        return JSON.parse(this.text) as JsonValue;
      } catch (error) {
        throw this.#refuse("API_INVALID_RESPONSE", "is not the JSON that it calls itself", error);
      }
    }
    const isText = this.mediaType === "" || TEXT_TYPE.test(this.mediaType);
    return isText ? this.text : Buffer.from(this.bytes).toString("base64");
  }

  #refuse(errorCode: string, what: string, cause?: unknown): PermanentError {
    const { method, url } = this.request;
    return new PermanentError(`${method} ${url}: the response ${what}`, {
      errorCode,
      cause,
      context: { status: this.status, bytes: this.bytes.length },
      details: { response_status: this.status, request: { method, url } },
    });
  }
}
