/**
 * Values of which only the latest counts, for one client: what it has not taken when the next one comes is dropped, so that nothing
 * piles up.
 */
export class LatestFeed<Value> implements AsyncIterableIterator<Value> {
  readonly #onEnd: (feed: LatestFeed<Value>) => void;
  #waiting: { readonly value: Value } | null = null;
  #taker: ((result: IteratorResult<Value, undefined>) => void) | null = null;
  #isEnded = false;

  /** @param onEnd called once, when it has ended */
  constructor(onEnd: (feed: LatestFeed<Value>) => void) {
    this.#onEnd = onEnd;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Whether there is a value that was not taken. */
  get waits(): boolean {
    return this.#waiting !== null;
  }

  /** The next value; done after the last one. */
  next(): Promise<IteratorResult<Value, undefined>> {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting !== null) return Promise.resolve({ done: false, value: waiting.value });
    if (this.#isEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => {
      this.#taker = resolve;
    });
  }

  /** Ends it: the client is gone. */
  return(): Promise<IteratorResult<Value, undefined>> {
    this.#waiting = null;
    this.#finish();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Gives a value. */
  tell(value: Value): void {
    if (this.#isEnded) return;
    const taker = this.#taker;
    this.#taker = null;
    if (taker === null) this.#waiting = { value };
    else taker({ done: false, value });
  }

  /** Gives the last value. */
  end(value: Value): void {
    this.tell(value);
    this.#finish();
  }

  #finish(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#taker?.({ done: true, value: undefined });
    this.#onEnd(this);
  }
}
