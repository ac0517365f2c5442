/** Bytes that one character takes in UTF-8. */
function characterBytes(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}

/**
 * Makes any text storable and bounded: U+0000 and lone surrogates become U+FFFD, then as many whole characters are kept
 * as fit. For error messages and the like, which must never be the reason why a failure cannot be stored.
 * @param maxBytes most bytes of UTF-8 that the result may have, an integer of 0 or more
 * @throws RangeError `maxBytes` is not such a number
 */
export function truncateText(text: string, maxBytes: number): string {
  if (!Number.isInteger(maxBytes) || maxBytes < 0) {
    throw new RangeError(`maxBytes is ${maxBytes}, expected an integer of 0 or more`);
  }
  // No unit takes less than a byte, so what follows is linear in maxBytes, however long the text is. The one unit more
  // keeps a pair at the edge whole; it never fits if it is only half of one.
  const storable = text
    .slice(0, maxBytes + 1)
    .toWellFormed()
    .replaceAll("\0", "\u{fffd}");
  let bytes = 0;
  let end = 0;
  for (const character of storable) {
    bytes += characterBytes(character.codePointAt(0) as number);
    if (bytes > maxBytes) break;
    end += character.length;
  }
  return storable.slice(0, end);
}
