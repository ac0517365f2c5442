/** Whether a record can have this key. Others (1.5, NaN, 2^63) the database would refuse to look for. */
export function isKey(key: number): boolean {
  return Number.isSafeInteger(key);
}
