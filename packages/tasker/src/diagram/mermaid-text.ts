/** Everything that has a meaning in some part of Mermaid's grammar, its Markdown or HTML. */
const UNSAFE = /[^\p{L}\p{M}\p{N} _.,()/=+?!:-]/gu;
const STYLE = /^[\w\s#%.,:()-]+;?$/;
const PLAIN_ID = /^[A-Za-z]\w*$/;
/** Words that Mermaid does not, or not in every place, take for the id of a node. */
const KEYWORDS = new Set(
  (
    "call class classdef click default direction end flowchart graph href interpolate linkstyle style subgraph " +
    "td tb bt lr rl v"
  ).split(" "),
);

/**
 * Text for between double quotes: a label or a title. Letters, digits and harmless signs stay readable, everything else
 * becomes a character code; a line feed becomes `<br/>`, a control character a blank, a lone surrogate U+FFFD. Blank
 * text becomes one blank, because Mermaid refuses an empty one.
 */
export function mermaidText(text: string): string {
  if (text.trim() === "") return " ";
  return text
    .toWellFormed()
    .split(/\r\n|\r|\n/)
    .map(mermaidLine)
    .join("<br/>");
}

function mermaidLine(line: string): string {
  return (
    line
      .replace(/\p{Cc}/gu, " ")
      // Mermaid drops a `;` from a line with the word `style`, a colon, no blank, and a `#`: a colon needs its blank.
      .replace(/:(?! )/g, "\0")
      .replace(UNSAFE, (character) => `#${character === "\0" ? 58 : character.codePointAt(0)};`)
  );
}

/**
 * The name of a node in Mermaid. An id of letters, digits and `_` that begins with a letter is its own name, unless it is
 * a word of Mermaid's; any other is written as `id_` with its other characters in hexadecimal. Different ids have
 * different names.
 */
export function mermaidId(id: string): string {
  if (PLAIN_ID.test(id) && !KEYWORDS.has(id.toLowerCase()) && !id.startsWith("id_")) return id;
  return `id_${id.replace(/[^A-Za-z0-9]/g, (unit) => `_${unit.charCodeAt(0).toString(16)}_`)}`;
}

/**
 * A style, if it can be read as nothing else.
 * @throws RangeError
 */
export function checkStyle(style: string): string {
  if (STYLE.test(style) && !/[\r\n]/.test(style)) return style;
  throw new RangeError(`style is ${JSON.stringify(style)}, expected a match of ${STYLE.source}`);
}
