import { z } from "zod";
import { Event } from "../api/shapes/event.ts";
import { RequestFailedError, streamMessages } from "../client/index.ts";
import type { CommandIo } from "./io.ts";

/** How long it takes until a stream that ended is asked for again, in milliseconds. */
const AGAIN_MS = 1_000;

/** What the payload of an event says that is kept as JSON. */
const Told = Event.extend({ payload: z.record(z.string(), z.json()) });

/** An event as a stream tells it. */
export type ToldEvent = z.output<typeof Told>;

/**
 * What a stream of events tells; null when the server has begun to tell it. A stream that breaks off is taken up where it was.
 * @param open asks for the stream, after what has the id `after`
 */
export async function* followStream(
  { clock }: Pick<CommandIo, "clock">,
  open: (after: string | undefined) => Promise<Response>,
  signal: AbortSignal,
): AsyncGenerator<ToldEvent | null, void> {
  let after: string | undefined;
  while (!signal.aborted) {
    try {
      const response: Response = await open(after);
      if (!response.ok) throw RequestFailedError.of(response, await response.text());
      for await (const { id, event, data } of streamMessages(response)) {
        after = id ?? undefined;
        if (event === "ready" || event === "reset") yield null;
        else if (event === "message") yield Told.parse(JSON.parse(data));
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    if (!signal.aborted) await new Promise<void>((resolve) => clock.after(AGAIN_MS, resolve));
  }
}
