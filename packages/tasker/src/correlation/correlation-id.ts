import { CORRELATION_ID_PREFIX, CORRELATION_ID_SUFFIX_LENGTH } from "../constants/telemetry.ts";

/** What a correlation id that comes from outside may look like: 1 to 100 letters, digits, `_` and `-`, not beginning with the latter two. */
const FOREIGN_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

/** The header that carries the id from service to service, unless another one is named. */
export const CORRELATION_HEADER = "X-Correlation-ID";

/** Where a new id comes from. */
export interface IdSource {
  /** Milliseconds since the epoch. Default: now. */
  readonly nowMs?: number;
  /** Random numbers in [0, 1). Default: `Math.random`. */
  readonly random?: () => number;
}

/** Headers of a request: those of Node's `http`, of `fetch`, or a plain object. */
export type HeaderSource =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** A new id: `tsk_`, the time in base 36, `_`, six random letters and digits. */
export function newCorrelationId({ nowMs = Date.now(), random = Math.random }: IdSource = {}): string {
  const suffix = Array.from(
    { length: CORRELATION_ID_SUFFIX_LENGTH },
    () => ALPHABET[Math.floor(random() * ALPHABET.length)],
  );
  return `${CORRELATION_ID_PREFIX}_${Math.floor(nowMs).toString(36)}_${suffix.join("")}`;
}

/** Whether an id from outside can be taken over as it is. */
export function isCorrelationId(text: unknown): text is string {
  return typeof text === "string" && FOREIGN_ID.test(text);
}

/** The id itself if it can be taken over, otherwise a new one. */
export function correlationIdFrom(existing: unknown, source: IdSource = {}): string {
  return isCorrelationId(existing) ? existing : newCorrelationId(source);
}

/**
 * The id that a request carries, or a new one if it carries none, or one that cannot be taken over.
 * @param name the header, in any case. Default: `X-Correlation-ID`
 */
export function correlationIdFromHeaders(
  headers: HeaderSource,
  name: string = CORRELATION_HEADER,
  source: IdSource = {},
): string {
  return correlationIdFrom(findHeader(headers, name), source);
}

function findHeader(headers: HeaderSource, name: string): unknown {
  if (isLookup(headers)) return headers.get(name);
  const wanted = name.toLowerCase();
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === wanted)?.[1];
  return typeof found === "object" ? found[0] : found;
}

function isLookup(headers: HeaderSource): headers is { get(name: string): string | null } {
  return typeof headers.get === "function";
}
