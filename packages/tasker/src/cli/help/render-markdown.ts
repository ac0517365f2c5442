import { type Line, type Span, span } from "../render/span.ts";
import { wrapLine } from "../render/wrap-line.ts";

/** Widest lines that are easy to read. */
const WIDEST = 100;

/**
 * Markdown as lines for a terminal: headings, paragraphs, lists, tables, fenced code, and code in text. What else Markdown knows is
 * left as it is.
 * @param columns width of the terminal; lines are no longer than that, nor than what is easy to read
 */
export function renderMarkdown(text: string, columns: number): readonly Line[] {
  const width = Math.min(columns, WIDEST);
  const lines: Line[] = [];
  let isCode = false;
  const source = text.trimEnd().split("\n");
  for (const [place, line] of source.entries()) {
    if (line.startsWith("```")) {
      isCode = !isCode;
    } else if (isCode) {
      lines.push([span(`    ${line}`, "busy")]);
    } else if (line.startsWith("#")) {
      lines.push([span(line.replace(/^#+ /, ""), "strong")]);
    } else if (line.startsWith("|")) {
      if (!/^\|[ :|-]+\|$/.test(line)) lines.push(tableLine(line, tableWidths(source, place)));
    } else if (line.startsWith("- ")) {
      lines.push(...wrapLine([span("  - "), ...inline(line.slice(2))], width, [span("    ")]));
    } else {
      lines.push(...wrapLine(inline(line), width, []));
    }
  }
  return lines;
}

function cellsOf(line: string): readonly string[] {
  return line
    .slice(1, -1)
    .split("|")
    .map((cell) => cell.trim());
}

/** Widths of the columns of the table around a line. */
function tableWidths(source: readonly string[], place: number): readonly number[] {
  const isOutside = (line: string) => !line.startsWith("|");
  const first = source.slice(0, place).findLastIndex(isOutside) + 1;
  const length = source.slice(first).findIndex(isOutside);
  const rows = source
    .slice(first, length === -1 ? undefined : first + length)
    .filter((row) => !/^\|[ :|-]+\|$/.test(row));
  return cellsOf(rows[0] ?? "").map((_, column) => Math.max(...rows.map((row) => cellsOf(row)[column]?.length ?? 0)));
}

function tableLine(line: string, widths: readonly number[]): Line {
  return [span("  "), ...cellsOf(line).flatMap((cell, column) => inline(cell.padEnd((widths[column] ?? 0) + 2)))];
}

/** Text in which code between backticks stands out. */
function inline(text: string): Span[] {
  return text.split("`").map((part, place) => span(part, place % 2 === 1 ? "busy" : "plain"));
}
