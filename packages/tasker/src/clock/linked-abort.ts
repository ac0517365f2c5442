/** An abort that follows others. */
export interface LinkedAbort {
  /** Aborted as soon as one of the others is, or by {@link abort}. */
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** Lets go of the others: what they tell later is not followed any more. */
  release(): void;
}

/**
 * Makes a signal that follows others until it is released. `AbortSignal.any` would do, but on Node 20 what it makes stays in memory
 * as long as one of the others lives.
 */
export function linkAbort(...others: readonly AbortSignal[]): LinkedAbort {
  const own = new AbortController();
  const follow = (event: Event) => own.abort(event.target instanceof AbortSignal ? event.target.reason : undefined);
  for (const other of others) {
    if (other.aborted) own.abort(other.reason);
    else other.addEventListener("abort", follow);
  }
  return {
    signal: own.signal,
    abort: (reason) => own.abort(reason),
    release() {
      for (const other of others) other.removeEventListener("abort", follow);
    },
  };
}
