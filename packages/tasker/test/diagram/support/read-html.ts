/** What a page consists of. */
export interface ReadPage {
  /** Opening tags with their attributes' names, in order: `svg role viewBox`. */
  readonly elements: readonly string[];
  /** Texts between tags, with character codes resolved; blank ones are left out. */
  readonly texts: readonly string[];
  /** Values of all attributes with this name. */
  attribute(name: string): string[];
}

const VOID = new Set(["meta"]);
const TOKEN = /<!DOCTYPE html>|<(\/?)([A-Za-z][\w-]*)((?:\s+[A-Za-z][\w:-]*="[^"<>]*")*)\s*(\/?)>|[^<>]+/gy;
const ATTRIBUTE = /\s+([A-Za-z][\w:-]*)="([^"]*)"/g;
const CODES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

function decode(text: string): string {
  return text.replace(/&([^;]*;?)/g, (code, name: string) => {
    const character = name.endsWith(";") ? CODES[name.slice(0, -1)] : undefined;
    if (character === undefined) throw new Error(`${code} is not one of the character codes that are in use`);
    return character;
  });
}

/**
 * Reads a page more strictly than a browser: every element is closed in its order, every attribute is quoted, and signs of
 * markup stand in texts as character codes only.
 * @throws Error it is not like that
 */
export function readHtml(html: string): ReadPage {
  const open: string[] = [];
  const elements: string[] = [];
  const texts: string[] = [];
  const attributes: (readonly [string, string])[] = [];
  const text = html.replace(/(<style>)[^<]*(<\/style>)/, "$1$2");
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw new Error(`not well-formed at: ${text.slice(at, at + 80)}`);
    const [token, close, tag, list = "", selfClosed] = match;
    if (tag === undefined) {
      if (token.startsWith("<!")) continue;
      if (token.trim() !== "") texts.push(decode(token));
      continue;
    }
    if (close === "/") {
      const expected = open.pop();
      if (expected !== tag) throw new Error(`</${tag}> closes <${expected}>`);
      continue;
    }
    const own = [...list.matchAll(ATTRIBUTE)].map(([, name = "", value = ""]) => [name, decode(value)] as const);
    attributes.push(...own);
    elements.push([tag, ...own.map(([name]) => name)].join(" "));
    if (!VOID.has(tag) && selfClosed !== "/") open.push(tag);
  }
  if (open.length > 0) throw new Error(`never closed: ${open.join(", ")}`);
  return {
    elements,
    texts,
    attribute: (name) => attributes.flatMap(([found, value]) => (found === name ? [value] : [])),
  };
}
