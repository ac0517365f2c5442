/** How an answer is written. */
export type AnswerType = "application/graphql-response+json" | "application/json" | "text/event-stream";

const GRAPHQL = "application/graphql-response+json";
const STREAM = "text/event-stream";

/**
 * How a client wants its answer, by its header `accept`: the first that we can write. Null: none of those.
 * @see https://graphql.github.io/graphql-over-http/draft/
 */
export function answerType(accept: string | null): AnswerType | null {
  if (accept === null || accept.trim() === "") return "application/json";
  for (const entry of accept.split(",")) {
    const [type = "", ...parameters] = entry.split(";").map((part) => part.trim().toLowerCase());
    if (parameters.some((parameter) => /^charset=(?!"?utf-?8"?$)/.test(parameter))) continue;
    if (type === GRAPHQL || type === STREAM) return type;
    if (type === "application/json" || type === "application/*" || type === "*/*") return "application/json";
  }
  return null;
}
