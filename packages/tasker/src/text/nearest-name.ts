/**
 * Edits that turn one text into the other: insert, delete, replace a character, or swap two neighbours, no part twice.
 * @see the "optimal string alignment" variant of F. J. Damerau, "A technique for computer detection and correction of
 * spelling errors", Communications of the ACM 7(3), 1964
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replace = a[row - 1] === b[column - 1] ? 0 : 1;
      let cost = Math.min((last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + replace);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}

/** Longest name that is compared: the work grows with the square of the length. */
const LONGEST_COMPARED = 128;
/** A shorter name is contained in too many others to mean one of them. */
const SHORTEST_CONTAINED = 4;

function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
}

/**
 * The candidate that was probably meant: the one with the fewest edits, ignoring case and punctuation, if these are at
 * most a third of its length, otherwise the closest one that contains the name or is contained in it. Null if none is near.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | null {
  const wanted = fold(name);
  if (wanted === "" || wanted.length > LONGEST_COMPARED) return null;
  let best: { readonly candidate: string; readonly contained: boolean; readonly distance: number } | null = null;
  for (const candidate of candidates) {
    const known = fold(candidate);
    if (known === "" || known.length > LONGEST_COMPARED || candidate === name) continue;
    const allowed = Math.max(1, Math.floor(Math.min(wanted.length, known.length) / 3));
    const contained =
      Math.min(wanted.length, known.length) >= SHORTEST_CONTAINED && (known.includes(wanted) || wanted.includes(known));
    // The lengths alone say that it is too far: with thousands of names the distances would take seconds.
    if (!contained && Math.abs(wanted.length - known.length) > allowed) continue;
    const distance = editDistance(wanted, known);
    const near = distance <= allowed;
    if (!near && !contained) continue;
    const better = best === null || (best.contained && near) || (best.contained === !near && distance < best.distance);
    if (better) best = { candidate, contained: !near, distance };
  }
  return best?.candidate ?? null;
}

/** Most names that a hint lists. */
const MOST_LISTED = 12;

/**
 * A hint for a name that is not known: the nearest one, or else all of them (the first dozen).
 * @param what the kind of name, such as `steps`
 */
export function hintAt(name: string, candidates: readonly string[], what: string): string {
  const nearest = nearestName(name, candidates);
  if (nearest !== null) return `did you mean "${nearest}"?`;
  if (candidates.length === 0) return `there are no ${what}`;
  const listed = candidates.slice(0, MOST_LISTED).join(", ");
  return `${what}: ${listed}${candidates.length > MOST_LISTED ? ", ..." : ""}`;
}
