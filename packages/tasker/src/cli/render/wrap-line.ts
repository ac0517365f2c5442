import { displayWidth } from "./display-width.ts";
import { type Line, lineWidth, type Span } from "./span.ts";

/** Fewest columns for text beside an indentation; a narrower terminal gets longer lines instead. */
const NARROWEST = 10;

/**
 * The line as several that fit into `columns`, broken at spaces, or inside a word that is wider than a whole line.
 * @param indent stands before every line but the first
 */
export function wrapLine(line: Line, columns: number, indent: Line): Line[] {
  if (lineWidth(line) <= columns) return [line];
  const limit = Math.max(columns, lineWidth(indent) + NARROWEST);
  const lines: Span[][] = [];
  let current: Span[] = [];
  let width = 0;
  const breakLine = () => {
    lines.push(current);
    current = [...indent];
    width = lineWidth(indent);
  };
  for (const { text, tone } of line) {
    for (const piece of text.match(/ +|[^ ]+/gu) ?? []) {
      const isSpace = piece.startsWith(" ");
      if (width + displayWidth(piece) > limit && width > lineWidth(indent)) {
        breakLine();
        if (isSpace) continue;
      }
      for (const part of isSpace ? [piece] : splitWord(piece, limit - width, limit - lineWidth(indent))) {
        if (width + displayWidth(part) > limit) breakLine();
        current.push({ text: part, tone });
        width += displayWidth(part);
      }
    }
  }
  return [...lines, current];
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** A word in parts: the first at most `first` wide, the others at most `others`. */
function splitWord(word: string, first: number, others: number): string[] {
  if (displayWidth(word) <= first) return [word];
  const parts: string[] = [];
  let part = "";
  for (const { segment } of graphemes.segment(word)) {
    if (displayWidth(part + segment) > (parts.length === 0 ? first : others)) {
      parts.push(part);
      part = "";
    }
    part += segment;
  }
  return [...parts, part];
}
