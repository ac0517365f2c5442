/** Hands what happened to whoever listens, in this process. */
export class EventBus<Event> {
  readonly #listeners = new Set<(event: Event) => void>();
  readonly #onListenerError: (error: unknown) => void;

  /** @param onListenerError told what a listener throws; the others still get the event */
  constructor(onListenerError: (error: unknown) => void) {
    this.#onListenerError = onListenerError;
  }

  /** Whether anybody listens: building an event that nobody gets can be left out. */
  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  /** Subscribes; call the returned function to end it. */
  on(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  publish(event: Event): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#onListenerError(error);
      }
    }
  }
}
