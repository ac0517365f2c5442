import { z } from "zod";
import { InvalidRequestError } from "../../errors/index.ts";
import { textDefect } from "../../text/text-defect.ts";

/** What a cursor holds, besides the list that it belongs to: the key of the last row that was looked at. */
export type CursorKey = readonly (string | number)[];

/** Longest text that is read as a cursor: what we write is far shorter. */
const LONGEST = 1_024;

const BASE64URL = /^[A-Za-z0-9_-]+$/;
const storable = z.string().refine((text) => textDefect(text) === null);
const Content = z.tuple([z.string()]).rest(z.union([storable, z.number()]));

/**
 * A place in a list, as a text that means something to this module only: base64url of a JSON array of the list's name and the
 * key of the last row.
 * @param list names the list and its order: a cursor of one is refused by another
 */
export function encodeCursor(list: string, key: CursorKey): string {
  return Buffer.from(JSON.stringify([list, ...key])).toString("base64url");
}

/**
 * The key that {@link encodeCursor} was given.
 * @param shape what the key of this list looks like
 * @throws InvalidRequestError for everything else
 */
export function decodeCursor<Key extends CursorKey>(list: string, shape: z.ZodType<Key>, cursor: string): Key {
  const [name, ...key] = readContent(cursor) ?? refuse(cursor, "a text that a page of this list gave as next_cursor");
  if (name !== list) return refuse(cursor, `a cursor of the list ${list}, this one is of ${name}`);
  const parsed = shape.safeParse(key);
  return parsed.success ? parsed.data : refuse(cursor, "a text that a page of this list gave as next_cursor");
}

function readContent(cursor: string): z.infer<typeof Content> | null {
  if (cursor.length > LONGEST || !BASE64URL.test(cursor)) return null;
  try {
    return Content.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
  } catch {
    return null;
  }
}

function refuse(cursor: string, expected: string): never {
  const value = cursor.length > 80 ? `${cursor.slice(0, 80)}...` : cursor;
  throw new InvalidRequestError(`cursor is ${JSON.stringify(value)}, expected ${expected}`, {
    context: { field: "cursor", value, expected },
  });
}
