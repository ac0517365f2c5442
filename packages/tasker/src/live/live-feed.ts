import type { EndReason, LiveMessage } from "./live-message.ts";

/** Beats that a client may leave lying before it counts as one that takes nothing any more. */
const MOST_BEATS = 4;

/** A beat of somebody who is still told of earlier. */
const BEAT = { kind: "beat", position: null } as const;

/** What a feed is made with. */
export interface LiveFeedParts {
  /** Most events that wait for the client. */
  readonly most: number;
  /** Called once, when it has ended. */
  readonly onEnd: (feed: LiveFeed, reason: EndReason | null) => void;
}

/**
 * What one client is told. It takes one message after the other; what it has not taken yet waits, up to a number of events. Then the
 * feed ends with `lagging`, and with the position after what was taken: nobody waits for a slow client.
 */
export class LiveFeed implements AsyncIterableIterator<LiveMessage> {
  readonly #most: number;
  readonly #onEnd: LiveFeedParts["onEnd"];
  #queue: LiveMessage[] = [];
  #events = 0;
  #beats = 0;
  /** What happens while the client is still told of earlier; null: it is told what happens. */
  #later: LiveMessage[] | null = [];
  #taker: ((result: IteratorResult<LiveMessage, undefined>) => void) | null = null;
  #whenTaken: (() => void)[] = [];
  #position: string | null = null;
  #isEnded = false;

  constructor({ most, onEnd }: LiveFeedParts) {
    this.#most = most;
    this.#onEnd = onEnd;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Whether it takes nothing more in; what waits can still be taken. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Where whoever has taken what was taken so far can go on; null: nothing was told yet. */
  get position(): string | null {
    return this.#position;
  }

  /** The next message; done after the last one. */
  next(): Promise<IteratorResult<LiveMessage, undefined>> {
    const message = this.#queue.shift();
    if (message !== undefined) return Promise.resolve({ done: false, value: this.#take(message) });
    if (this.#isEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => {
      this.#taker = resolve;
    });
  }

  /** Ends it without a further message: the client is gone. */
  return(): Promise<IteratorResult<LiveMessage, undefined>> {
    this.#queue = [];
    this.#finish(null);
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Ends it, telling the client why. */
  end(reason: EndReason): void {
    if (this.#isEnded) return;
    this.#queue = [];
    this.#offer({ kind: "end", reason, position: this.#position });
    this.#finish(reason);
  }

  /** Tells a message; one that does not fit in ends it. */
  tell(message: LiveMessage): void {
    if (this.#isEnded) return;
    const events = message.kind === "events" ? message.events.length : 0;
    if (this.#events > 0 && this.#events + events > this.#most) {
      this.end("lagging");
      return;
    }
    this.#events += events;
    if (this.#later === null) this.#offer(message);
    else this.#later.push(message);
  }

  /** Tells that nothing happened, if nothing waits; to whom is still told of earlier, without a position. */
  beat(position: LiveMessage & { readonly kind: "beat" }): void {
    if (this.#isEnded) return;
    if (this.#queue.length === 0) {
      this.#beats = 0;
      this.#offer(this.#later === null ? position : BEAT);
      return;
    }
    this.#beats += 1;
    if (this.#beats >= MOST_BEATS) this.end("lagging");
  }

  /** Tells what comes before all that is told by {@link tell}; resolves when there is room for more of it. */
  async tellEarlier(message: LiveMessage): Promise<void> {
    if (this.#isEnded) return;
    this.#events += message.kind === "events" ? message.events.length : 0;
    this.#offer(message);
    while (this.#queue.length > 0 && !this.#isEnded) {
      await new Promise<void>((resolve) => this.#whenTaken.push(resolve));
    }
  }

  /** Goes over from what was earlier to what happens. */
  goLive(): void {
    const later = this.#later ?? [];
    this.#later = null;
    for (const message of later) this.#offer(message);
  }

  #offer(message: LiveMessage): void {
    const taker = this.#taker;
    if (taker === null) {
      this.#queue.push(message);
      return;
    }
    this.#taker = null;
    taker({ done: false, value: this.#take(message) });
  }

  #take(message: LiveMessage): LiveMessage {
    if (message.kind === "events") {
      this.#events -= message.events.length;
      this.#position = message.events.at(-1)?.position ?? this.#position;
    } else if (message.kind !== "end") this.#position = message.position ?? this.#position;
    this.#beats = 0;
    if (this.#queue.length === 0) this.#tellTaken();
    return message;
  }

  #finish(reason: EndReason | null): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#later = null;
    this.#taker?.({ done: true, value: undefined });
    this.#taker = null;
    this.#tellTaken();
    this.#onEnd(this, reason);
  }

  #tellTaken(): void {
    if (this.#whenTaken.length === 0) return;
    for (const resolve of this.#whenTaken.splice(0)) resolve();
  }
}
