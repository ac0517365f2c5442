import { FairLine } from "./fair-line.ts";

/** Items of one rank. */
interface Bucket<T> {
  readonly rank: number;
  readonly line: FairLine<T>;
}

/**
 * A queue in which a higher rank goes first; among equals groups take turns, and within a group who came first goes first.
 * Nearly always all items have one rank and one group: then nothing is sorted. Any other rank costs a search among the ranks
 * in use.
 */
export class ReadyQueue<T> {
  /** Highest rank first. An empty one is kept only if it is the only one. */
  readonly #buckets: Bucket<T>[] = [];

  /** Whether nothing is in it. */
  get isEmpty(): boolean {
    const first = this.#buckets[0];
    return first === undefined || first.line.size === 0;
  }

  /** Number of items in it. */
  get size(): number {
    return this.#buckets.reduce((sum, { line }) => sum + line.size, 0);
  }

  /** Puts an item behind those of its rank and group. */
  push(item: T, rank: number, group = ""): void {
    const first = this.#buckets[0];
    if (first?.rank === rank) first.line.push(item, group);
    else this.#lineOf(rank).push(item, group);
  }

  /** The item whose turn it is; undefined if there is none. */
  peek(): T | undefined {
    return this.#buckets[0]?.line.peek();
  }

  /** Rank of the item whose turn it is; 0 if there is none. */
  get rank(): number {
    return this.isEmpty ? 0 : (this.#buckets[0]?.rank ?? 0);
  }

  /** Takes out the item whose turn it is. */
  shift(): T | undefined {
    const line = this.#buckets[0]?.line;
    const item = line?.shift();
    if (line?.size === 0 && this.#buckets.length > 1) this.#buckets.shift();
    return item;
  }

  /** Puts an item before the others of its rank: one that was taken out and did not get its turn. */
  putBack(item: T, rank: number, group = ""): void {
    this.#lineOf(rank).putBack(item, group);
  }

  /** The items, in the order of their turns. */
  *[Symbol.iterator](): Generator<T> {
    for (const { line } of this.#buckets) yield* line;
  }

  #lineOf(rank: number): FairLine<T> {
    if (this.isEmpty) this.#buckets.length = 0;
    let low = 0;
    let high = this.#buckets.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#buckets[middle]?.rank ?? 0) > rank) low = middle + 1;
      else high = middle;
    }
    const found = this.#buckets[low];
    if (found?.rank === rank) return found.line;
    const made: Bucket<T> = { rank, line: new FairLine<T>() };
    this.#buckets.splice(low, 0, made);
    return made.line;
  }
}
