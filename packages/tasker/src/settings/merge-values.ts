type Values = Readonly<Record<string, unknown>>;

/** Values over others: mappings are merged key by key, everything else takes the place of what was there. */
export function mergeValues(below: Values, above: Values): Values {
  const merged = new Map(Object.entries(below));
  for (const [key, value] of Object.entries(above)) {
    if (value === undefined) continue;
    const under = merged.get(key);
    merged.set(key, isMapping(value) && isMapping(under) ? mergeValues(under, value) : value);
  }
  // An own property even where the key is __proto__.
  return Object.fromEntries(merged);
}

/** Whether a value is a mapping: no list, no null. */
export function isMapping(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
