/** Number of single-character insertions, deletions and replacements that turn one text into the other (Levenshtein). */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] as number) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const shorter = Math.min(previous[column] as number, current[column - 1] as number) + 1;
      current.push(Math.min(replaced, shorter));
    }
    previous = current;
  }
  return previous[b.length] as number;
}

/**
 * The known name that somebody who wrote `name` most likely meant.
 * @returns the nearest of `known`, the first of several equally near; null if none is within a third of the length of
 *   `name` (at least 1) in edits. Letter case is ignored.
 */
export function findNearestName(name: string, known: Iterable<string>): string | null {
  const wanted = name.toLowerCase();
  let allowed = Math.max(1, Math.floor(name.length / 3));
  let nearest: string | null = null;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) > allowed) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance > allowed) continue;
    nearest = candidate;
    if (distance === 0) break;
    allowed = distance - 1;
  }
  return nearest;
}
