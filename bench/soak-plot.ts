import type { Point } from "./least-squares.ts";

/** One curve of a plot. */
export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

const WIDTH = 640;
const PANEL = { height: 90, left: 150, right: 20, top: 20, gap: 24 };

/** Curves one below the other over the same time, in minutes, each from 0 to its greatest value, as SVG. */
export function drawSoakPlot(series: readonly Series[]): string {
  const height = PANEL.top + series.length * (PANEL.height + PANEL.gap) + 20;
  const minutes = Math.max(...series.flatMap(({ points }) => points.map(({ x }) => x)));
  const panels = series.map(({ name, points }, place) => {
    const top = PANEL.top + place * (PANEL.height + PANEL.gap);
    const greatest = Math.max(1, ...points.map(({ y }) => y));
    const line = points.map(({ x, y }) => {
      const across = PANEL.left + (x / minutes) * (WIDTH - PANEL.left - PANEL.right);
      return `${across.toFixed(1)},${(top + PANEL.height * (1 - y / greatest)).toFixed(1)}`;
    });
    const bottom = top + PANEL.height;
    return [
      `<text x="8" y="${top + 14}">${name}</text>`,
      `<text x="${PANEL.left - 6}" y="${top + 10}" text-anchor="end">${Number(greatest.toPrecision(3))}</text>`,
      `<text x="${PANEL.left - 6}" y="${bottom}" text-anchor="end">0</text>`,
      `<path d="M${PANEL.left} ${top}V${bottom}H${WIDTH - PANEL.right}" fill="none" stroke="#888"/>`,
      `<polyline points="${line.join(" ")}" fill="none" stroke="#06c" stroke-width="1.5"/>`,
    ].join("\n");
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
${panels.join("\n")}
<text x="${WIDTH - PANEL.right}" y="${height - 8}" text-anchor="end">${Number(minutes.toPrecision(3))} minutes</text>
</svg>
`;
}
