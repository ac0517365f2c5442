import type { Cents } from "./money.ts";

/** Every product weighs the same here. */
const WEIGHT_PER_UNIT = 0.5;

const RATES: readonly { readonly upToWeight: number; readonly cents: Cents }[] = [
  { upToWeight: 2, cents: 599 },
  { upToWeight: 10, cents: 999 },
  { upToWeight: Number.POSITIVE_INFINITY, cents: 1499 },
];

/** What it costs to ship `units` items. */
export function shippingCost(units: number): Cents {
  const weight = units * WEIGHT_PER_UNIT;
  return RATES.find((rate) => weight <= rate.upToWeight)?.cents ?? 0;
}
