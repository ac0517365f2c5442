import { z } from "zod";
import { MalformedRequestError } from "../../errors/index.ts";
import type { GraphqlRequest } from "../../graphql/index.ts";
import { readBody } from "../http/read-body.ts";

/** Variables: an object, or a text that is one in JSON, as clients of the reference send it. */
const Variables = z
  .union([z.record(z.string(), z.unknown()), z.string().transform(parseText)], {
    error: "an object, or a text that is one in JSON",
  })
  .nullish();

const Operation = z.object({
  query: z.string({ error: "a text: a document of GraphQL" }),
  variables: Variables,
  operationName: z.string({ error: "the name of an operation of the document" }).nullish(),
  /** Nothing reads them. */
  extensions: z.record(z.string(), z.unknown(), { error: "an object" }).nullish(),
});

/** What a request asks for: one operation, or several. */
export type GraphqlRequests = GraphqlRequest | readonly GraphqlRequest[];

/**
 * Reads what a request asks for: from the body, or, of one that only reads, from the query of its address.
 * @throws MalformedRequestError, UnsupportedMediaTypeError, BodyTooLargeError
 */
export async function readRequests(
  request: Request,
  { bodyLimit, maxBatch }: { readonly bodyLimit: number; readonly maxBatch: number },
): Promise<GraphqlRequests> {
  if (request.method !== "POST") {
    const { extensions: _, ...asked } = Object.fromEntries(new URL(request.url).searchParams);
    return parse(asked, "query");
  }
  const body = await readBody(request, bodyLimit);
  if (!Array.isArray(body)) return parse(body, "body");
  if (body.length >= 1 && body.length <= maxBatch) return body.map((one, place) => parse(one, `body.${place}`));
  throw new MalformedRequestError([{ path: "body", value: body.length, expected: `1 to ${maxBatch} operations` }]);
}

function parse(given: unknown, path: string): GraphqlRequest {
  const parsed = Operation.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new MalformedRequestError(
    parsed.error.issues.map((issue) => ({
      path: [path, ...issue.path].join("."),
      expected: issue.path.length === 0 ? "an object with a query" : issue.message,
    })),
    { cause: parsed.error },
  );
}

function parseText(text: string, issues: z.RefinementCtx): Record<string, unknown> | null {
  if (text === "") return null;
  try {
    const value: unknown = JSON.parse(text);
    if (value === null) return null;
    if (typeof value === "object" && !Array.isArray(value)) return { ...value };
  } catch {
    // Told below.
  }
  issues.addIssue({ code: "custom", message: "an object, or a text that is one in JSON" });
  return z.NEVER;
}
