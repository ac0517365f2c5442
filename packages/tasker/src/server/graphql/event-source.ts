import type { FormattedExecutionResult } from "graphql";
import type { AnswerStream } from "../../graphql/index.ts";

const BEAT = ":\n\n";

/** How answers are streamed. */
export interface EventSourceParts {
  /** How often a client is told that the connection stands, in milliseconds. */
  readonly beatMs: number;
  /** Aborted when the server stops: what ends then is not complete, and its client may come back. */
  readonly closing: AbortSignal;
  /** Called once, when the client is gone or has been told everything. */
  readonly onClose: () => void;
}

/**
 * Answers as server-sent events, in the form of the protocol graphql-sse for one connection for each operation: `next` for each, at last
 * `complete`. Each has as its id where its client can go on. A client that reads slowly is waited for; the stream ends when it is gone.
 * @see https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
 */
export function eventSource(answers: AnswerStream, { beatMs, closing, onClose }: EventSourceParts) {
  const encoder = new TextEncoder();
  let beats: NodeJS.Timeout | undefined;
  const end = () => {
    clearInterval(beats);
    onClose();
  };
  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(encoder.encode(BEAT));
      beats = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(BEAT));
      }, beatMs);
    },
    pull: async (controller) => {
      const { done, value } = await answers.next();
      if (done !== true) {
        const id = answers.position === null ? "" : `id: ${answers.position}\n`;
        controller.enqueue(encoder.encode(`event: next\n${id}data: ${JSON.stringify(value)}\n\n`));
        return;
      }
      end();
      if (!closing.aborted) controller.enqueue(encoder.encode(COMPLETE));
      controller.close();
    },
    cancel: async () => {
      end();
      await answers.return?.();
    },
  });
}

const COMPLETE = "event: complete\ndata:\n\n";

/** One answer in the same form. */
export function onlyEvent(answer: FormattedExecutionResult): string {
  return `event: next\ndata: ${JSON.stringify(answer)}\n\n${COMPLETE}`;
}
