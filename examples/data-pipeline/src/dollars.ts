/** Dollars of an amount in whole cents. */
export function toDollars(cents: number): number {
  return cents / 100;
}

/** The sum of some numbers. */
export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
