import { ConfigurationError } from "../../errors/index.ts";

/** A share of a whole. The shares of a list need not add up to 1: they are taken in proportion. */
export interface Share<T> {
  readonly item: T;
  /** 0 or more. */
  readonly share: number;
}

/**
 * Divides a number of things by shares: each share gets its part, rounded, and what rounding leaves over or takes too much
 * goes to the first.
 * @param count 0 or more
 * @returns a count for each share, in their order; their sum is `count`
 * @throws ConfigurationError without a share above 0, or with a negative one
 */
export function distribute(count: number, shares: readonly Share<unknown>[]): number[] {
  const total = shares.reduce((sum, { share }) => sum + share, 0);
  if (!(total > 0) || shares.some(({ share }) => !(share >= 0))) {
    const value = shares.map(({ share }) => share);
    throw new ConfigurationError(`shares are ${value.join(", ")}, expected numbers of 0 or more, one above 0`, {
      context: { field: "shares", value, expected: "numbers of 0 or more, one above 0" },
    });
  }
  const counts = shares.map(({ share }) => Math.round((count * share) / total));
  let difference = count - counts.reduce((sum, part) => sum + part, 0);
  // The first share may be too small to give what is too much.
  for (let place = 0; difference !== 0 && place < counts.length; place++) {
    const part = counts[place] ?? 0;
    counts[place] = Math.max(0, part + difference);
    difference -= (counts[place] ?? 0) - part;
  }
  return counts;
}
