/** Last ids of the tables that are watched. A row's id is given out before its transaction commits. */
export interface Positions {
  readonly tasks: number;
  readonly taskRows: number;
  readonly stepRows: number;
}

/** Ids above `after` up to `upto`, of each table. */
export interface Span {
  readonly after: Positions;
  readonly upto: Positions;
}

/** A span that was read, and the transactions that could still add to it. */
interface OpenSpan extends Span {
  readonly writers: ReadonlySet<string>;
}

/**
 * How far tables have been read whose rows do not appear in the order of their ids. Everything up to `upto` has been read
 * once; what was open then is read again when a transaction that could have added to it has ended. So nothing is missed,
 * and a transaction that stays open for an hour delays only its own rows.
 */
export interface GapSafeCursor {
  readonly upto: Positions;
  readonly open: readonly OpenSpan[];
}

/** A cursor for what comes after these positions. What can still appear below them is not its concern. */
export function cursorAt(upto: Positions): GapSafeCursor {
  return { upto, open: [] };
}

/**
 * Moves a cursor on.
 * @param upto the last ids given out, read before `writers`
 * @param writers names of the transactions that hold a lock for writing on any of the tables
 * @returns the spans to be read now, under a snapshot younger than `writers`, and the cursor after that
 */
export function advance(
  cursor: GapSafeCursor,
  upto: Positions,
  writers: ReadonlySet<string>,
): { readonly spans: readonly Span[]; readonly next: GapSafeCursor } {
  const spans: Span[] = [];
  const open: OpenSpan[] = [];
  for (const span of cursor.open) {
    const left = intersect(span.writers, writers);
    if (left.size < span.writers.size) spans.push(span);
    if (left.size > 0) addOpen(open, { ...span, writers: left });
  }
  if (isBeyond(upto, cursor.upto)) {
    const fresh = { after: cursor.upto, upto };
    spans.push(fresh);
    if (writers.size > 0) addOpen(open, { ...fresh, writers });
  }
  return { spans: mergeSpans(spans), next: { upto, open } };
}

/** Adds a span, as one with its neighbour where both wait for the same transactions: a long one must not pile up spans. */
function addOpen(open: OpenSpan[], span: OpenSpan): void {
  const last = open.at(-1);
  if (last !== undefined && isSame(last.upto, span.after) && isSameSet(last.writers, span.writers)) {
    open[open.length - 1] = { after: last.after, upto: span.upto, writers: span.writers };
  } else open.push(span);
}

function mergeSpans(spans: readonly Span[]): readonly Span[] {
  const merged: Span[] = [];
  for (const { after, upto } of spans) {
    const last = merged.at(-1);
    if (last !== undefined && isSame(last.upto, after)) merged[merged.length - 1] = { after: last.after, upto };
    else merged.push({ after, upto });
  }
  return merged;
}

function intersect(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...a].filter((name) => b.has(name)));
}

function isSameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((name) => b.has(name));
}

function isSame(a: Positions, b: Positions): boolean {
  return a.tasks === b.tasks && a.taskRows === b.taskRows && a.stepRows === b.stepRows;
}

function isBeyond(a: Positions, b: Positions): boolean {
  return a.tasks > b.tasks || a.taskRows > b.taskRows || a.stepRows > b.stepRows;
}
