import { fitLine, type Line, lineWidth, padding, type Span, span } from "./span.ts";

/** One column of a table. */
export interface TableColumn<Row> {
  readonly title: string;
  /** The cell of a row. */
  readonly cell: (row: Row) => Span;
  /** Cells stand at the right end of the column. Default: at the left. */
  readonly right?: boolean;
}

const GAP = 2;

/** Rows as lines under a line of titles, columns as wide as their widest cell, lines cut to `columns`. */
export function renderTable<Row>(rows: readonly Row[], layout: readonly TableColumn<Row>[], columns: number): Line[] {
  const cells = [
    layout.map(({ title }) => span(title, "faint")),
    ...rows.map((row) => layout.map(({ cell }) => cell(row))),
  ];
  const widths = layout.map((_, at) =>
    cells.reduce((width, row) => Math.max(width, lineWidth(row.slice(at, at + 1))), 0),
  );
  return cells.map((row) => {
    const line: Span[] = [];
    let end = 0;
    for (const [at, cell] of row.entries()) {
      const width = widths[at] ?? 0;
      if (layout[at]?.right === true) line.push(span(" ".repeat(width - lineWidth([cell]))));
      line.push(cell);
      end += width + GAP;
      if (at < row.length - 1) line.push(padding(line, end));
    }
    return fitLine(line, columns);
  });
}
