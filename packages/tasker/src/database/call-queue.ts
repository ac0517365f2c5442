/** Runs asynchronous calls one at a time, in the order in which they were added. */
export class CallQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `call` when all calls added before have ended, however they ended. */
  add<T>(call: () => Promise<T>): Promise<T> {
    const result = this.#last.then(call);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Resolves when every call added so far has ended. */
  async whenIdle(): Promise<void> {
    await this.#last;
  }
}
