import { PermanentError } from "../../errors/index.ts";
import { FieldValues } from "./api-config.ts";
import { appendFields } from "./request-url.ts";

/** What a request carries. At most one of the four. */
export interface BodyOptions {
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as a form. */
  readonly form?: FieldValues;
  /** Sent in the format that the configuration names. */
  readonly data?: unknown;
  /** Sent as it is. */
  readonly body?: string | Uint8Array;
}

/** A body as it is sent, with the type that goes with it; null: the one of the configuration. */
export interface EncodedBody {
  readonly content: string | Uint8Array;
  readonly type: string | null;
}

/**
 * @returns null if there is no body
 * @throws PermanentError `API_INVALID_REQUEST` for a value that has no such form, `API_REQUEST_TOO_LARGE`
 */
export function encodeBody(options: BodyOptions, format: "json" | "form", maxBytes: number): EncodedBody | null {
  const given = (["json", "form", "data", "body"] as const).filter((key) => options[key] !== undefined);
  const [key] = given;
  if (key === undefined) return null;
  if (given.length > 1) throw refuse(`has ${given.join(" and ")}, expected one of them`, given);
  const encoded = encode(options, key === "data" ? format : key);
  const bytes = Buffer.byteLength(encoded.content);
  if (bytes <= maxBytes) return encoded;
  throw new PermanentError(`the body of a request has ${bytes} bytes, expected at most ${maxBytes}`, {
    errorCode: "API_REQUEST_TOO_LARGE",
    context: { bytes, limit: maxBytes },
  });
}

function encode(options: BodyOptions, as: "json" | "form" | "body"): EncodedBody {
  if (as === "body") return { content: options.body ?? "", type: null };
  const value = as === "form" ? (options.form ?? options.data) : (options.json ?? options.data ?? null);
  if (as === "json") {
    const content: string | undefined = JSON.stringify(value);
    if (content === undefined) throw refuse(`is a ${typeof value}, expected a value of JSON`, typeof value);
    return { content, type: "application/json" };
  }
  const fields = FieldValues.safeParse(value);
  if (!fields.success) throw refuse("cannot be written as a form, expected a mapping of names to texts", typeof value);
  const form = new URLSearchParams();
  appendFields(form, fields.data);
  return { content: form.toString(), type: "application/x-www-form-urlencoded" };
}

function refuse(what: string, value: unknown): PermanentError {
  return new PermanentError(`the body of a request ${what}`, {
    errorCode: "API_INVALID_REQUEST",
    context: { field: "body", value, expected: "one body" },
  });
}
