/** Ids from `from` to `to`, both included. */
export interface IdRange {
  readonly from: number;
  readonly to: number;
}

/** The ids of ranges that are above `least`. Ranges are disjoint and ascending, here and below. */
export function rangesAbove(ranges: readonly IdRange[], least: number): readonly IdRange[] {
  return ranges.flatMap(({ from, to }) => (to > least ? [{ from: Math.max(from, least + 1), to }] : []));
}

/** The ids of ranges that are `most` or below. */
export function rangesUpTo(ranges: readonly IdRange[], most: number): readonly IdRange[] {
  return ranges.flatMap(({ from, to }) => (from <= most ? [{ from, to: Math.min(to, most) }] : []));
}

/**
 * The ids of ranges that are not among `ids`.
 * @param ids ascending
 */
export function rangesWithout(ranges: readonly IdRange[], ids: readonly number[]): readonly IdRange[] {
  const left: IdRange[] = [];
  let place = 0;
  for (const { from, to } of ranges) {
    let next = from;
    while (place < ids.length && (ids[place] ?? to) < from) place += 1;
    for (let id = ids[place]; id !== undefined && id <= to; id = ids[place]) {
      if (id > next) left.push({ from: next, to: id - 1 });
      next = id + 1;
      place += 1;
    }
    if (next <= to) left.push({ from: next, to });
  }
  return left;
}

/**
 * Both: the ids of ranges, and single ones.
 * @param ids ascending, none of them in the ranges
 */
export function rangesWith(ranges: readonly IdRange[], ids: readonly number[]): readonly IdRange[] {
  const all = [...ranges, ...ids.map((id) => ({ from: id, to: id }))].sort((a, b) => a.from - b.from);
  const joined: IdRange[] = [];
  for (const range of all) {
    const last = joined.at(-1);
    if (last !== undefined && last.to + 1 === range.from) joined[joined.length - 1] = { from: last.from, to: range.to };
    else joined.push(range);
  }
  return joined;
}

/** The ids of ranges that are in none of `others`. */
export function rangesOutside(ranges: readonly IdRange[], others: readonly IdRange[]): readonly IdRange[] {
  const left: IdRange[] = [];
  let place = 0;
  for (const { from, to } of ranges) {
    let next = from;
    while (place < others.length && (others[place]?.to ?? to) < from) place += 1;
    for (let at = place; next <= to; at++) {
      const other = others[at];
      if (other === undefined || other.from > to) break;
      if (other.from > next) left.push({ from: next, to: other.from - 1 });
      next = Math.max(next, other.to + 1);
    }
    if (next <= to) left.push({ from: next, to });
  }
  return left;
}

/** How many ids ranges have. */
export function countIds(ranges: readonly IdRange[]): number {
  return ranges.reduce((count, { from, to }) => count + to - from + 1, 0);
}
