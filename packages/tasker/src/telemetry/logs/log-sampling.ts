/**
 * Whether a line is written at a rate: of lines with a correlation id all or none of one id, in every process; of others each
 * by chance.
 */
export function isSampled(rate: number, facts: Readonly<Record<string, unknown>>, random: () => number): boolean {
  const id = facts.correlation_id ?? facts.correlationId;
  return (typeof id === "string" ? shareOf(id) : random()) < rate;
}

/** A number in [0, 1) that an id always has (FNV-1a, 32 bits). */
function shareOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let place = 0; place < id.length; place++) hash = Math.imul(hash ^ id.charCodeAt(place), 0x01000193);
  // Ids that differ at their end alone would have neighbouring numbers.
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
