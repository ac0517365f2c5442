import type { z } from "zod";
import type { Route } from "../../api/route.ts";
import { BodyTooLargeError, MalformedRequestError, UnsupportedMediaTypeError } from "../../errors/index.ts";

/** Whether a route takes a body. */
export function takesBody({ body }: Pick<Route, "body">): boolean {
  return (body as z.ZodType & { readonly type?: string }).type !== "undefined";
}

/**
 * Reads the JSON of a request.
 * @param limit most bytes
 * @throws MalformedRequestError, UnsupportedMediaTypeError, BodyTooLargeError
 */
export async function readBody(request: Request, limit: number): Promise<unknown> {
  requireReadable(request.headers);
  const text = decode(await readBytes(request, limit));
  if (text === "") throw new MalformedRequestError([{ path: "body", expected: "JSON" }]);
  try {
    return JSON.parse(text);
  } catch (error) {
    const expected = `JSON; ${error instanceof Error ? error.message : String(error)}`;
    throw new MalformedRequestError([{ path: "body", value: text.slice(0, 100), expected }], { cause: error });
  }
}

/** @throws UnsupportedMediaTypeError for what is not said to be JSON in UTF-8 as it stands */
function requireReadable(headers: Headers): void {
  const type = headers.get("content-type");
  if (type !== null && !/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type)) refuse(type, "application/json");
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(type ?? "")?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) refuse(`in ${charset}`, "UTF-8");
  const encoding = headers.get("content-encoding");
  if (encoding !== null && !/^(?:identity)?$/i.test(encoding.trim())) refuse(`encoded as ${encoding}`, "it as it is");
}

function refuse(value: string, expected: string): never {
  throw new UnsupportedMediaTypeError(`the body is ${value}, expected ${expected}`, { context: { value, expected } });
}

function decode(bytes: Uint8Array | ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new MalformedRequestError([{ path: "body", expected: "text in UTF-8" }], { cause: error });
  }
}

async function readBytes(request: Request, limit: number): Promise<Uint8Array | ArrayBuffer> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > limit) throw tooLarge(limit);
  // Asked for its stream, a request is made anew as the platform has it, which costs more than all else here.
  if (announced > 0) return request.arrayBuffer();
  if (request.body === null) return new Uint8Array();
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body) {
    size += part.byteLength;
    if (size > limit) throw tooLarge(limit);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function tooLarge(limit: number): BodyTooLargeError {
  return new BodyTooLargeError(`the body is larger than ${limit} bytes`, { context: { limit } });
}
