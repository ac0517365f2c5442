/**
 * A quotient as the text of a `numeric` with a fixed number of decimals: exact, rounded half away from zero.
 * @param denominator greater than 0
 */
export function roundQuotient(numerator: bigint, denominator: bigint, decimals: number): string {
  const magnitude = numerator < 0n ? -numerator : numerator;
  const units = (2n * magnitude * 10n ** BigInt(decimals) + denominator) / (2n * denominator);
  const digits = units.toString().padStart(decimals + 1, "0");
  const sign = numerator < 0n && units > 0n ? "-" : "";
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** Microseconds as the text of seconds with three decimals. */
export function secondsText(us: number): string {
  return roundQuotient(BigInt(us), 1_000_000n, 3);
}

/** The sum of whole numbers, without the limit of a double. */
export function exactSum(numbers: readonly number[]): bigint {
  return numbers.reduce((sum, number) => sum + BigInt(number), 0n);
}
