import type { LiveEvent, LiveMessage } from "../../live/live-message.ts";
import type { QueueMessage } from "../../live/live-queues.ts";
import { eventToJson } from "../../subscribers/event-json.ts";

/** Messages as server-sent events. Those that many clients get are made once. */
export type Encode<Message> = (message: Message) => Uint8Array;

const encoder = new TextEncoder();
const COMMENT = encoder.encode(":\n\n");

/** Between how many milliseconds and how many more clients wait before they come back: not all of them at the same moment. */
const RETRY_MS = 1_000;
const RETRY_SPREAD_MS = 4_000;

/** What a client is told first: when to come back after its connection was lost. @param random a number in [0, 1) */
export function retryHint(random: number): Uint8Array {
  return encoder.encode(`retry: ${RETRY_MS + Math.floor(random * RETRY_SPREAD_MS)}\n\n`);
}

/** Remembers what was made of an object for as long as that is there. */
function once<Message extends object>(encode: Encode<Message>): Encode<Message> {
  const made = new WeakMap<Message, Uint8Array>();
  return (message) => {
    const known = made.get(message) ?? encode(message);
    made.set(message, known);
    return known;
  };
}

const textOfEvent = new WeakMap<LiveEvent, string>();

function eventText(live: LiveEvent): string {
  const known = textOfEvent.get(live);
  if (known !== undefined) return known;
  const text = `id: ${live.position}\ndata: ${JSON.stringify(eventToJson(live.event))}\n\n`;
  textOfEvent.set(live, text);
  return text;
}

/** Events have no type of their own, so that one listener gets all of them; what is about the stream has one. */
export const encodeLive: Encode<LiveMessage> = once((message) => {
  switch (message.kind) {
    case "events":
      return encoder.encode(message.events.map(eventText).join(""));
    case "ready":
      return encoder.encode(`event: ready\nid: ${message.position}\ndata: {}\n\n`);
    case "reset":
      return encoder.encode(
        `event: reset\nid: ${message.position}\ndata: ${JSON.stringify({ reason: message.reason })}\n\n`,
      );
    case "beat":
      // An id without data is kept by the client, and tells it nothing.
      return message.position === null ? COMMENT : encoder.encode(`id: ${message.position}\n\n`);
    case "end":
      return endText(message.reason);
  }
});

/** Figures of queues as server-sent events. */
export const encodeQueues: Encode<QueueMessage> = once((message) => {
  switch (message.kind) {
    case "queues":
      return encoder.encode(`data: ${JSON.stringify({ queues: message.queues })}\n\n`);
    case "beat":
      return COMMENT;
    case "end":
      return endText(message.reason);
  }
});

function endText(reason: string): Uint8Array {
  return encoder.encode(`event: end\ndata: ${JSON.stringify({ reason })}\n\n`);
}
