/**
 * Edges in compressed sparse rows: the targets of node `i` are `targets[offsets[i] .. offsets[i + 1])`. `offsets` has
 * one entry more than there are nodes.
 */
export interface Adjacency {
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
}

/** The element at an index that the caller knows to be within bounds. */
export function at(values: Int32Array, index: number): number {
  return values[index] as number;
}

/**
 * Groups pairs (key, value) by key. Counting sort: linear in keys and pairs.
 * @param size keys are integers in [0, size)
 * @returns one row per key; values keep the order of the pairs, repetitions included
 */
export function groupPairs(size: number, keys: ArrayLike<number>, values: ArrayLike<number>): Adjacency {
  const offsets = new Int32Array(size + 1);
  for (let pair = 0; pair < keys.length; pair++) {
    const row = (keys[pair] as number) + 1;
    offsets[row] = at(offsets, row) + 1;
  }
  for (let row = 1; row <= size; row++) offsets[row] = at(offsets, row) + at(offsets, row - 1);
  const next = offsets.slice(0, size);
  const targets = new Int32Array(keys.length);
  for (let pair = 0; pair < keys.length; pair++) {
    const row = keys[pair] as number;
    const place = at(next, row);
    targets[place] = values[pair] as number;
    next[row] = place + 1;
  }
  return { offsets, targets };
}

/** Turns every edge round. Rows of the result are ascending, because sources are visited in ascending order. */
export function transpose({ offsets, targets }: Adjacency): Adjacency {
  const size = offsets.length - 1;
  const sources = new Int32Array(targets.length);
  for (let source = 0; source < size; source++) sources.fill(source, at(offsets, source), at(offsets, source + 1));
  return groupPairs(size, targets, sources);
}

/** Keeps one of each run of equal targets in a row: on ascending rows, every edge once. */
export function dropRepeats({ offsets, targets }: Adjacency): Adjacency {
  const size = offsets.length - 1;
  const keptOffsets = new Int32Array(size + 1);
  const kept = new Int32Array(targets.length);
  let count = 0;
  for (let source = 0; source < size; source++) {
    let previous = -1;
    for (let edge = at(offsets, source); edge < at(offsets, source + 1); edge++) {
      const target = at(targets, edge);
      if (target !== previous) kept[count++] = target;
      previous = target;
    }
    keptOffsets[source + 1] = count;
  }
  return { offsets: keptOffsets, targets: kept.slice(0, count) };
}
