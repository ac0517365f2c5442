import { displayWidth, fitText } from "./display-width.ts";

/** What a piece of text means; colours are chosen from it when a line is painted. */
export type Tone = "plain" | "strong" | "faint" | "good" | "bad" | "busy" | "waiting";

/** A piece of text with one tone. Holds no control characters. */
export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

/** One line of output. */
export type Line = readonly Span[];

/** A span; control characters in `text` are made visible. Default tone: plain. */
export function span(text: string, tone: Tone = "plain"): Span {
  return { text: visibleText(text), tone };
}

/** The text of a line without its tones. */
export function plainLine(line: Line): string {
  return line
    .map((part) => part.text)
    .join("")
    .trimEnd();
}

/** Width of a line in terminal columns. */
export function lineWidth(line: Line): number {
  return line.reduce((width, part) => width + displayWidth(part.text), 0);
}

/** The line cut to `columns`, with an ellipsis where something was cut. */
export function fitLine(line: Line, columns: number): Line {
  const fitted: Span[] = [];
  let left = columns;
  for (const [index, part] of line.entries()) {
    const width = displayWidth(part.text);
    const more = line.slice(index + 1).some((next) => next.text !== "");
    if (width > left || (width === left && more)) {
      fitted.push({ text: fitText(`${part.text}${more ? " " : ""}`, left), tone: part.tone });
      return fitted;
    }
    fitted.push(part);
    left -= width;
  }
  return fitted;
}

/** Spaces up to `columns`, at least one. */
export function padding(line: Line, columns: number): Span {
  return { text: " ".repeat(Math.max(1, columns - lineWidth(line))), tone: "plain" };
}

/**
 * Text in which line breaks and tabs are spaces and other control characters are written as `\x1b`, so that an error
 * message or a name cannot move the cursor or change colours.
 */
export function visibleText(text: string): string {
  return text.replace(/[\s]*[\r\n\t]+[\s]*/gu, " ").replace(/\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu, escapeCharacter);
}

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
}
