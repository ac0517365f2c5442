import { MalformedRequestError } from "../../errors/index.ts";

/**
 * The key by which a request that is sent again is known; undefined: it has none.
 * @param longest in characters
 * @throws MalformedRequestError
 */
export function idempotencyKeyOf({ headers }: { readonly headers: Headers }, longest: number): string | undefined {
  const key = headers.get("idempotency-key") ?? undefined;
  if (key === undefined || (key !== "" && key.length <= longest)) return key;
  throw new MalformedRequestError([
    { path: "header.idempotency-key", value: key.slice(0, 100), expected: `1 to ${longest} characters` },
  ]);
}
