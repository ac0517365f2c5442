import { createHash } from "node:crypto";

/** An answer that is the same as long as the process lives. */
interface FixedAnswer {
  readonly text: string;
  /** Of the text, as it stands in the header `ETag`. */
  readonly tag: string;
}

/** Makes an answer in JSON once, when it is asked for first. */
export function fixedAnswer(make: () => object): () => FixedAnswer {
  let made: FixedAnswer | null = null;
  return () => {
    if (made !== null) return made;
    const text = JSON.stringify(make());
    const tag = `"${createHash("sha256").update(text).digest("base64url").slice(0, 22)}"`;
    made = { text, tag };
    return made;
  };
}

/** Answers with the text, or with 304 if the caller says that it has it. */
export function fixedReply({ text, tag }: FixedAnswer, headers: Headers): Response {
  const about = { etag: tag, "cache-control": "no-cache" };
  if (isKnown(headers.get("if-none-match"), tag)) return new Response(null, { status: 304, headers: about });
  return new Response(text, { headers: { "content-type": "application/json", ...about } });
}

/** A compressed answer has the tag as a weak one, which is compared as if it were not. */
function isKnown(known: string | null, tag: string): boolean {
  if (known === null) return false;
  return known.split(",").some((one) => one.trim() === "*" || one.trim().replace(/^W\//, "") === tag);
}
