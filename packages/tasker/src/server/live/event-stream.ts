/** Header with which a client says what it has got. */
export const LAST_EVENT_ID = "last-event-id";

/** What a stream tells its client, and what becomes of it. */
export interface StreamParts<Message> {
  readonly feed: AsyncIterator<Message, undefined>;
  readonly encode: (message: Message) => Uint8Array;
  /** What comes before all messages. */
  readonly first: Uint8Array;
  /** Called once, when the client is gone or has been told everything. */
  readonly onClose: () => void;
}

const HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store, no-transform",
  // Asks nginx to give on what it gets.
  "x-accel-buffering": "no",
};

/** What is answered to whoever asks only what would be streamed. */
export function streamHead(): Response {
  return new Response(null, { headers: HEADERS });
}

/** The response that streams what a feed tells: a message is taken when the client has taken the one before. */
export function eventStream<Message>({ feed, encode, first, onClose }: StreamParts<Message>): Response {
  let isOpen = true;
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(first),
      async pull(controller) {
        const { done, value } = await feed.next();
        if (done !== true) {
          controller.enqueue(encode(value));
          return;
        }
        onClose();
        if (isOpen) controller.close();
      },
      async cancel() {
        isOpen = false;
        onClose();
        await feed.return?.();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: HEADERS });
}
