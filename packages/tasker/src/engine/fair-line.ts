/** Items of one group, first come first. */
interface Line<T> {
  readonly group: string;
  items: T[];
  /** Place of the first item that is still there. */
  head: number;
}

/** Places that an array may have lost at its front before it is cut. */
const MOST_LOST = 1_024;

/**
 * A queue in which groups take turns, an item at a time, and within a group who came first goes first. Nearly always there is
 * one group: then it is an array with a place to read from.
 */
export class FairLine<T> {
  /** Those that have items; the first one has its turn. */
  readonly #lines: Line<T>[] = [];
  #size = 0;

  /** Number of items. */
  get size(): number {
    return this.#size;
  }

  /** Puts an item behind those of its group. A group that had none gets its turn after those that had. */
  push(item: T, group: string): void {
    this.#size += 1;
    const line = this.#find(group);
    if (line === undefined) this.#lines.push({ group, items: [item], head: 0 });
    else line.items.push(item);
  }

  /** The item whose turn it is; undefined if there is none. */
  peek(): T | undefined {
    const line = this.#lines[0];
    return line?.items[line.head];
  }

  /** Takes out the item whose turn it is. */
  shift(): T | undefined {
    const line = this.#lines[0];
    if (line === undefined) return undefined;
    const item = line.items[line.head];
    line.head += 1;
    this.#size -= 1;
    const isEmpty = line.head === line.items.length;
    if (isEmpty || this.#lines.length > 1) this.#lines.shift();
    if (isEmpty) return item;
    if (this.#lines[0] !== line) this.#lines.push(line);
    // The array is cut from time to time instead of shifted at each item, which would cost its length.
    if (line.head > MOST_LOST && line.head * 2 > line.items.length) {
      line.items = line.items.slice(line.head);
      line.head = 0;
    }
    return item;
  }

  /** Puts an item that was taken out before all others: it did not get its turn. */
  putBack(item: T, group: string): void {
    this.#size += 1;
    const line = this.#find(group) ?? { group, items: [], head: 0 };
    if (line.head === 0) {
      line.items.unshift(item);
    } else {
      line.head -= 1;
      line.items[line.head] = item;
    }
    if (this.#lines[0] === line) return;
    const place = this.#lines.indexOf(line);
    if (place > 0) this.#lines.splice(place, 1);
    this.#lines.unshift(line);
  }

  /** The items, in the order of their turns. */
  *[Symbol.iterator](): Generator<T> {
    const longest = Math.max(0, ...this.#lines.map(({ items, head }) => items.length - head));
    for (let turn = 0; turn < longest; turn++) {
      for (const { items, head } of this.#lines) {
        const item = items[head + turn];
        if (item !== undefined) yield item;
      }
    }
  }

  #find(group: string): Line<T> | undefined {
    const first = this.#lines[0];
    return first?.group === group ? first : this.#lines.find((line) => line.group === group);
  }
}
