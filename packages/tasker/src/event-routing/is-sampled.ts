const TRACE_ID = /^[0-9a-f]{32}$/;
/** Of the part of a trace id that is random in any case, its last 14 digits, as many as a double holds exactly. */
const RANDOM_PART = [-14, -1] as const;
const RANDOM_VALUES = 2 ** 52;
const HASH_VALUES = 2 ** 32;

/**
 * Whether what belongs to a key is among the share that is kept. The same for everybody who asks: of a trace, all processes keep
 * all of it or nothing, and what a rate keeps is also kept by any higher one.
 * @param key a trace id; of what is in no trace, something that all of it has in common, such as the correlation id
 * @param rate from 0 to 1
 * @see https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/: the upper end of the random part is kept
 */
export function isSampled(key: string, rate: number): boolean {
  if (rate >= 1) return true;
  if (rate <= 0) return false;
  return draw(key) >= 1 - rate;
}

/** A number in [0, 1), the same for the same key. */
function draw(key: string): number {
  if (TRACE_ID.test(key)) return Number.parseInt(key.slice(...RANDOM_PART), 16) / RANDOM_VALUES;
  return hash(key) / HASH_VALUES;
}

/** FNV-1a over the code units, and the finalizer of MurmurHash3: without it, keys that differ at their end differ little. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let place = 0; place < text.length; place++) value = Math.imul(value ^ text.charCodeAt(place), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
