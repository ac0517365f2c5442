/** Where a text stops being JSON. */
export interface JsonError {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
  /** What was found and what was expected there. */
  readonly message: string;
}

const SPACE = /[ \t\n\r]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these inside a string
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;
const WORD = /[\p{L}\p{N}_.+-]+/uy;

/**
 * The first place at which a text is not JSON (RFC 8259), or null if it is. The engine's own parser gives no position
 * for many errors, and words its messages differently from release to release.
 */
export function findJsonError(text: string): JsonError | null {
  const open: ("{" | "[")[] = [];
  let at = 0;
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const fail = (expected: string) => describe(text, at, expected);
  /** Reads `"key" :`; a message if that is not what stands there. */
  const readKey = (expected: string) => {
    if (match(STRING) === undefined) return fail(expected);
    match(SPACE);
    if (text[at] !== ":") return fail("':' after the key");
    at += 1;
    return null;
  };

  for (;;) {
    match(SPACE);
    const start = text[at];
    if (start === "{" || start === "[") {
      at += 1;
      match(SPACE);
      if (text[at] !== (start === "{" ? "}" : "]")) {
        open.push(start);
        const wrong = start === "{" ? readKey("a key in double quotes or '}'") : null;
        if (wrong !== null) return wrong;
        continue;
      }
      at += 1;
    } else if (match(STRING) === undefined && match(SCALAR) === undefined) {
      return fail("a value");
    }
    // A value has ended: close what it completes, up to the next value.
    for (;;) {
      match(SPACE);
      const inside = open.at(-1);
      if (inside === undefined) return at === text.length ? null : fail("the end of the text");
      if (text[at] === (inside === "{" ? "}" : "]")) {
        at += 1;
        open.pop();
        continue;
      }
      if (text[at] !== ",") return fail(inside === "{" ? "',' or '}'" : "',' or ']'");
      at += 1;
      match(SPACE);
      const wrong = inside === "{" ? readKey("a key in double quotes") : null;
      if (wrong !== null) return wrong;
      break;
    }
  }
}

function describe(text: string, at: number, expected: string): JsonError {
  const before = text.slice(0, at).split("\n");
  const position = { line: before.length, column: (before.at(-1) ?? "").length + 1 };
  if (at >= text.length) return { ...position, message: `the text ends where ${expected} is expected` };
  if (text[at] === '"' && expected.startsWith("a "))
    return { ...position, message: "a string that is not closed, or holds a control character or an unknown escape" };
  WORD.lastIndex = at;
  const found = WORD.exec(text)?.[0] ?? String.fromCodePoint(text.codePointAt(at) ?? 0);
  return { ...position, message: `found ${JSON.stringify(found.slice(0, 40))}, expected ${expected}` };
}
