/** Counts what runs at the same time, by name: for handlers that tell when they begin and end. */
export class RunningCount {
  readonly most = new Map<string, number>();
  readonly #now = new Map<string, number>();

  begin(name: string): void {
    const now = (this.#now.get(name) ?? 0) + 1;
    this.#now.set(name, now);
    this.most.set(name, Math.max(now, this.most.get(name) ?? 0));
  }

  end(name: string): void {
    this.#now.set(name, (this.#now.get(name) ?? 0) - 1);
  }

  /** Runs some work as one of those that are counted. */
  async during<T>(name: string, work: () => Promise<T>): Promise<T> {
    this.begin(name);
    try {
      return await work();
    } finally {
      this.end(name);
    }
  }
}
