/** Items of one rank, first come first. */
interface Bucket<T> {
  readonly rank: number;
  items: T[];
  /** Place of the first item that is still there. */
  head: number;
}

/** Places that an array may have lost at its front before it is cut. */
const MOST_LOST = 1_024;

/**
 * A queue in which a higher rank goes first, and among equals who came first. Nearly always all items have one rank: then it
 * is an array with a place to read from, and nothing is sorted. Any other rank costs a search among the ranks in use.
 */
export class ReadyQueue<T> {
  /** Highest rank first. An empty one is kept only if it is the only one. */
  readonly #buckets: Bucket<T>[] = [];

  /** Whether nothing is in it. */
  get isEmpty(): boolean {
    const first = this.#buckets[0];
    return first === undefined || first.head === first.items.length;
  }

  /** Number of items in it. */
  get size(): number {
    return this.#buckets.reduce((sum, { items, head }) => sum + items.length - head, 0);
  }

  /** Puts an item behind those of its rank. */
  push(item: T, rank: number): void {
    const first = this.#buckets[0];
    if (first?.rank === rank) first.items.push(item);
    else this.#bucketOf(rank).items.push(item);
  }

  /** The item whose turn it is; undefined if there is none. */
  peek(): T | undefined {
    const first = this.#buckets[0];
    return first?.items[first.head];
  }

  /** Rank of the item whose turn it is; 0 if there is none. */
  get rank(): number {
    return this.isEmpty ? 0 : (this.#buckets[0]?.rank ?? 0);
  }

  /** Takes out the item whose turn it is. */
  shift(): T | undefined {
    const first = this.#buckets[0];
    if (first === undefined || first.head === first.items.length) return undefined;
    const item = first.items[first.head];
    first.head += 1;
    // The array is cut from time to time instead of shifted at each item, which would cost its length. Empty, it keeps
    // nothing that has ended.
    if (first.head === first.items.length) {
      first.items = [];
      first.head = 0;
      if (this.#buckets.length > 1) this.#buckets.shift();
    } else if (first.head > MOST_LOST && first.head * 2 > first.items.length) {
      first.items = first.items.slice(first.head);
      first.head = 0;
    }
    return item;
  }

  /** Puts an item before the others of its rank: one that was taken out and did not get its turn. */
  putBack(item: T, rank: number): void {
    const bucket = this.#bucketOf(rank);
    if (bucket.head === 0) {
      bucket.items.unshift(item);
    } else {
      bucket.head -= 1;
      bucket.items[bucket.head] = item;
    }
  }

  /** The items, in the order of their turns. */
  *[Symbol.iterator](): Generator<T> {
    for (const { items, head } of this.#buckets) yield* items.slice(head);
  }

  #bucketOf(rank: number): Bucket<T> {
    if (this.isEmpty) this.#buckets.length = 0;
    let low = 0;
    let high = this.#buckets.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#buckets[middle]?.rank ?? 0) > rank) low = middle + 1;
      else high = middle;
    }
    const found = this.#buckets[low];
    if (found?.rank === rank) return found;
    const made: Bucket<T> = { rank, items: [], head: 0 };
    this.#buckets.splice(low, 0, made);
    return made;
  }
}
