/**
 * Orders versions `digits.digits.digits` by their numbers: 9.0.0 comes before 10.0.0. Versions that differ only in
 * leading zeros are ordered as texts.
 * @returns less than 0 if `a` comes first, more than 0 if `b` does, 0 if they are the same text
 */
export function compareVersions(a: string, b: string): number {
  const left = a.split(".").map(Number);
  const right = b.split(".").map(Number);
  for (let part = 0; part < 3; part++) {
    const difference = (left[part] ?? 0) - (right[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return a === b ? 0 : a < b ? -1 : 1;
}
