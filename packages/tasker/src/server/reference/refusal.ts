import type { JsonValue } from "../../json/json-value.ts";

/** Answers with an error in the words of the reference: `error` is a text, or the fields that are wrong with what is wrong about them. */
export function refusal(
  status: number,
  error: string | Readonly<Record<string, readonly string[]>>,
  more: Readonly<Record<string, JsonValue>> = {},
): Response {
  return Response.json({ error, ...more }, { status, headers: { "cache-control": "no-store" } });
}
