import type { AuthorizationCoordinator } from "../../auth/authorization/coordinator.ts";
import {
  AuthorizationError,
  DatabaseUnavailableError,
  EventNotFoundError,
  QueryLimitError,
} from "../../errors/index.ts";
import type { LiveFeed } from "../../live/live-feed.ts";
import type { EndReason, LiveMessage, ResetReason } from "../../live/live-message.ts";

/** Something that a subscription tells, with the position of a client that has been told it. */
export interface Telling<Told> {
  readonly told: Told;
  /** Null: nobody can go on after it. */
  readonly position: string | null;
}

/** What a subscription is made of. */
export interface EventStreamParts<Told> {
  readonly feed: LiveFeed;
  /** What a message is told as; that a client cannot go on where it was is an error if it is told as nothing. */
  readonly tell: (message: LiveMessage) => readonly Telling<Told>[];
  /** Whether somebody who may do this now may still be told all of it. */
  readonly stillMay: (access: AuthorizationCoordinator) => Promise<boolean>;
}

/** What a subscription tells, one after the other, made of the messages of a feed. Ends with the feed. */
export class EventStream<Told> implements AsyncIterableIterator<Told> {
  readonly stillMay: EventStreamParts<Told>["stillMay"];
  readonly #feed: LiveFeed;
  readonly #tell: EventStreamParts<Told>["tell"];
  #waiting: Telling<Told>[] = [];
  #position: string | null = null;

  constructor({ feed, tell, stillMay }: EventStreamParts<Told>) {
    this.stillMay = stillMay;
    this.#feed = feed;
    this.#tell = tell;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Where a client can go on that has been told what {@link next} gave last; null: nowhere. */
  get position(): string | null {
    return this.#position;
  }

  /**
   * @throws QueryLimitError if the client took too long
   * @throws EventNotFoundError if it cannot go on where it was; it is told what happens from now on
   * @throws AuthorizationError if it may be told no more
   * @throws DatabaseUnavailableError if what it has missed could not be read
   */
  async next(): Promise<IteratorResult<Told, undefined>> {
    while (this.#waiting.length === 0) {
      const { value: message, done } = await this.#feed.next();
      if (done === true || message === undefined) return this.return();
      if (message.kind === "end") return this.#end(message.reason);
      this.#waiting = [...this.#tell(message)];
      if (message.kind === "reset" && this.#waiting.length === 0) {
        this.#position = message.position;
        throw cannotGoOn(message.reason);
      }
    }
    const [next, ...rest] = this.#waiting;
    this.#waiting = rest;
    if (next === undefined) return this.return();
    this.#position = next.position;
    return { done: false, value: next.told };
  }

  /** Ends it: the client is gone. */
  async return(): Promise<IteratorResult<Told, undefined>> {
    this.#waiting = [];
    await this.#feed.return();
    return { done: true, value: undefined };
  }

  /** Ends it, telling the client that it may be told no more. */
  end(): void {
    this.#waiting = [];
    this.#feed.end("unauthorized");
  }

  #end(reason: EndReason): Promise<IteratorResult<Told, undefined>> {
    this.#position = null;
    switch (reason) {
      case "stopping":
        return this.return();
      case "lagging":
        throw new QueryLimitError("the subscription was ended: too many events wait for its client");
      case "unauthorized":
        throw new AuthorizationError("the subscription was ended: its client may be told no more");
      case "failed":
        throw new DatabaseUnavailableError("the subscription was ended: what was missed could not be read");
    }
  }
}

function cannotGoOn(reason: ResetReason): EventNotFoundError {
  const expected = "a position that this log has, of the last hour";
  return new EventNotFoundError(
    `nobody can go on after this position (${reason}): what happens from now on is told; read anew what you show`,
    { context: { field: "after", value: reason, expected } },
  );
}
