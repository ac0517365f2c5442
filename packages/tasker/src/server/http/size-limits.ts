import { QueryLimitError } from "../../errors/index.ts";

/** Most bytes of what is sent and of what is answered. */
export interface SizeLimits {
  readonly body: number;
  readonly answer: number;
}

/** @throws QueryLimitError for an answer that is larger than the limit, in bytes */
export function checkAnswerSize(text: string, limit: number): void {
  // A unit of a text has three bytes at most.
  if (text.length * 3 <= limit || Buffer.byteLength(text) <= limit) return;
  throw new QueryLimitError(`the answer has more than ${limit} bytes: ask for less`, {
    context: { limit: "max_answer_bytes", allowed: limit },
  });
}
