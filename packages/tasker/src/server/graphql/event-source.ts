import type { FormattedExecutionResult } from "graphql";
import type { AnswerStream } from "../../graphql/index.ts";

/** How often a client is told that the connection stands, in milliseconds. */
const BEAT_MS = 15_000;
const BEAT = ":\n\n";

/**
 * Answers as server-sent events, in the form of the protocol graphql-sse for one connection for each operation: `next` for each, at last
 * `complete`. A client that reads slowly is waited for; the stream ends when it is gone.
 * @see https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
 */
export function eventSource(answers: AnswerStream | FormattedExecutionResult): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const stream = "next" in answers ? answers : only(answers);
  let beats: NodeJS.Timeout | undefined;
  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(encoder.encode(BEAT));
      beats = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(BEAT));
      }, BEAT_MS);
    },
    pull: async (controller) => {
      const { done, value } = await stream.next();
      if (done !== true) {
        controller.enqueue(encoder.encode(`event: next\ndata: ${JSON.stringify(value)}\n\n`));
        return;
      }
      clearInterval(beats);
      controller.enqueue(encoder.encode("event: complete\ndata:\n\n"));
      controller.close();
    },
    cancel: async () => {
      clearInterval(beats);
      await stream.return?.();
    },
  });
}

/** A stream of one answer. */
async function* only(answer: FormattedExecutionResult): AnswerStream {
  yield answer;
}
