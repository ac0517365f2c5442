/** An amount of money in whole cents: sums and comparisons are exact. */
export type Cents = number;

/** Cents of an amount as it stands in JSON, such as 29.99. Rounds half up, to the nearest cent. */
export function toCents(amount: number): Cents {
  return Math.round(amount * 100);
}

/** The amount as it stands in JSON: a number with at most two decimals. */
export function fromCents(cents: Cents): number {
  return cents / 100;
}

/** `percent` per hundred of an amount, rounded to the cent. */
export function percentOf(cents: Cents, percent: number): Cents {
  return Math.round((cents * percent) / 100);
}

/** For people: two decimals and the currency, such as `124.76 USD`. */
export function formatCents(cents: Cents, currency: string): string {
  return `${(cents / 100).toFixed(2)} ${currency}`;
}
