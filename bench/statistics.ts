/**
 * The value below which the share `q` of the values lies, by the nearest-rank method: always one of the values.
 * @param q in (0, 1]
 * @throws RangeError there are no values
 */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
  if (value === undefined) throw new RangeError("values is empty, expected one or more");
  return value;
}

/** The middle value; the lower of the two middle ones if their number is even. @throws RangeError there are no values */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
