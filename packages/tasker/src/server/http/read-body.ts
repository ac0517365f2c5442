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
  const text = await readText(request, limit);
  if (text === "") throw new MalformedRequestError([{ path: "body", expected: "JSON" }]);
  const type = request.headers.get("content-type");
  if (type !== null && !/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type)) {
    throw new UnsupportedMediaTypeError(`the body is ${type}, expected application/json`, {
      context: { value: type, expected: "application/json" },
    });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const expected = `JSON; ${error instanceof Error ? error.message : String(error)}`;
    throw new MalformedRequestError([{ path: "body", value: text.slice(0, 100), expected }], { cause: error });
  }
}

async function readText(request: Request, limit: number): Promise<string> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > limit) throw tooLarge(limit);
  // Asked for its stream, a request is made anew as the platform has it, which costs more than all else here.
  if (announced > 0) return request.text();
  if (request.body === null) return "";
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body) {
    size += part.byteLength;
    if (size > limit) throw tooLarge(limit);
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function tooLarge(limit: number): BodyTooLargeError {
  return new BodyTooLargeError(`the body is larger than ${limit} bytes`, { context: { limit } });
}
