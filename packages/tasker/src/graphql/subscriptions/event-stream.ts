import { QueryLimitError } from "../../errors/index.ts";
import type { LiveFeed } from "../../live/live-feed.ts";
import type { LiveMessage } from "../../live/live-message.ts";

/** What a subscription tells, one after the other, made of the messages of a feed. Ends with the feed. */
export class EventStream<Told> implements AsyncIterableIterator<Told> {
  readonly #feed: LiveFeed;
  readonly #tellings: (message: LiveMessage) => readonly Told[];
  readonly #until: number;
  #waiting: Told[] = [];

  /**
   * @param tellings what a message is told as
   * @param until when nothing more may be told, milliseconds since the epoch
   */
  constructor(feed: LiveFeed, tellings: (message: LiveMessage) => readonly Told[], until = Number.POSITIVE_INFINITY) {
    this.#feed = feed;
    this.#tellings = tellings;
    this.#until = until;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** @throws QueryLimitError if the client took too long */
  async next(): Promise<IteratorResult<Told, undefined>> {
    while (this.#waiting.length === 0) {
      const { value: message, done } = await this.#feed.next();
      if (done === true || message === undefined || Date.now() >= this.#until) return this.return();
      if (message.kind === "end") {
        if (message.reason !== "lagging") return this.return();
        throw new QueryLimitError("the subscription was ended: too many events wait for its client");
      }
      this.#waiting = [...this.#tellings(message)];
    }
    const [value, ...rest] = this.#waiting;
    this.#waiting = rest;
    return value === undefined ? this.return() : { done: false, value };
  }

  /** Ends it: the client is gone. */
  async return(): Promise<IteratorResult<Told, undefined>> {
    this.#waiting = [];
    await this.#feed.return();
    return { done: true, value: undefined };
  }
}
