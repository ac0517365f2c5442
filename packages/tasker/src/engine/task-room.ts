/**
 * Counts the tasks in memory, and shares the room for them between namespaces: half of it is kept for those whose templates
 * are registered here, in equal parts, so that the backlog of one cannot take all of it. The rest is for whoever comes.
 */
export class TaskRoom {
  /** Tasks that there is room for. */
  readonly most: number;
  readonly #held = new Map<string, number>();
  #namespaces: ReadonlySet<string> = new Set();
  #count = 0;
  /** Places that are kept for a namespace. */
  #share = 0;
  /** Places that namespaces have not taken of those that are kept for them. */
  #owed = 0;

  /** @param most tasks that there is room for, 1 or more */
  constructor(most: number) {
    this.most = most;
  }

  /** Tasks in memory, and those that are being submitted. */
  get count(): number {
    return this.#count;
  }

  /** Places that are free. */
  get free(): number {
    return Math.max(0, this.most - this.#count);
  }

  /** Places that are free and not kept for any namespace. */
  get shared(): number {
    return Math.max(0, this.most - this.#count - this.#owed);
  }

  /** Tells whose templates are registered: places are kept for more than one of them only. */
  serve(namespaces: ReadonlySet<string>): void {
    this.#namespaces = namespaces;
    this.#share = namespaces.size > 1 ? Math.floor(this.most / (2 * namespaces.size)) : 0;
    this.#owed = [...namespaces].reduce((sum, namespace) => sum + this.keptFor(namespace), 0);
  }

  /** Places that are still kept for a namespace. */
  keptFor(namespace: string): number {
    if (!this.#namespaces.has(namespace)) return 0;
    return Math.max(0, this.#share - (this.#held.get(namespace) ?? 0));
  }

  /** Takes a place for a task of a namespace; false if there is none for it. */
  take(namespace: string): boolean {
    if (this.free === 0 || (this.shared === 0 && this.keptFor(namespace) === 0)) return false;
    this.add(namespace);
    return true;
  }

  /** Counts a task that is there, whether there is room for it or not. */
  add(namespace: string): void {
    this.#change(namespace, 1);
  }

  /** Gives a place back. */
  remove(namespace: string): void {
    this.#change(namespace, -1);
  }

  #change(namespace: string, by: number): void {
    const before = this.keptFor(namespace);
    const held = (this.#held.get(namespace) ?? 0) + by;
    if (held > 0) this.#held.set(namespace, held);
    else this.#held.delete(namespace);
    this.#count += by;
    this.#owed += this.keptFor(namespace) - before;
  }
}
