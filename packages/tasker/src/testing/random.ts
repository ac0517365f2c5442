/** Random numbers in [0, 1) that are the same for the same seed, on every machine. */
export type Random = () => number;

/**
 * Makes a generator of random numbers.
 * @param seed any integer; its lowest 32 bits count
 * @see "mulberry32" by Tommy Ettinger: a 32-bit state, every value of it once
 */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** An integer from `least` to `most`, both included. */
export function randomInteger(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

/** One of the items, or undefined if there is none. */
export function randomItem<T>(random: Random, items: readonly T[]): T | undefined {
  return items[Math.floor(random() * items.length)];
}
