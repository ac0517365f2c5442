import { z } from "zod";
import { InvalidRequestError } from "../../errors/index.ts";
import { type CursorKey, encodeCursor } from "./cursor.ts";

/** Which part of a list is asked for. */
export interface PageRequest {
  /** Rows on a page, 1 to 1,000. Default: 20. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before. Default: the first page. */
  readonly cursor?: string | undefined;
}

/** A part of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Gives the page that follows; null at the end of the list. A page can be short, or empty, and not be the last. */
  readonly nextCursor: string | null;
}

/** Most rows on a page. */
export const MOST_ON_A_PAGE = 1_000;
const DEFAULT_LIMIT = 20;

/** The limit of a request. @throws InvalidRequestError */
export function pageLimit({ limit = DEFAULT_LIMIT }: PageRequest): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST_ON_A_PAGE) return limit;
  const expected = `a whole number from 1 to ${MOST_ON_A_PAGE}`;
  throw new InvalidRequestError(`limit is ${limit}, expected ${expected}`, {
    context: { field: "limit", value: limit, expected },
  });
}

/**
 * A page of rows of which one more than the limit was read, where there are as many.
 * @param keyOf the key of a row in the order of the list
 */
export function pageOf<Item>(
  list: string,
  found: readonly Item[],
  limit: number,
  keyOf: (item: Item) => CursorKey,
): Page<Item> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  const nextCursor = found.length > limit && last !== undefined ? encodeCursor(list, keyOf(last)) : null;
  return { items, nextCursor };
}

/** Key of lists that go by one id. */
export const IdKey = z.tuple([z.int().nonnegative()]);
