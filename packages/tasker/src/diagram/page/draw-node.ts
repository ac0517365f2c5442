import { isState } from "../../states/state.ts";
import type { DiagramCard } from "../diagram.ts";
import type { Point, Size } from "../layout/layout.ts";
import { escapeHtml } from "./escape-html.ts";
import { fitText, textWidth } from "./fit-text.ts";

const HEADING_SIZE = 14;
const LINE_SIZE = 12;
const PADDING = 12;
const NARROWEST = 92;
const WIDEST = 236;
const HEADING_HEIGHT = 20;
const LINE_HEIGHT = 16;
/** Bold text is that much wider. */
const BOLD = 1.12;

/** Extent of a card. */
export function sizeOfCard({ heading, lines }: DiagramCard): Size {
  const widest = Math.max(
    textWidth(heading.slice(0, WIDEST), HEADING_SIZE * BOLD),
    // Further lines are messages: they take the room there is, and not much more.
    ...lines.map((line, index) => Math.min(textWidth(line.slice(0, WIDEST), LINE_SIZE), index === 0 ? WIDEST : 150)),
  );
  const width = Math.ceil(Math.min(WIDEST, Math.max(NARROWEST, widest + 2 * PADDING)));
  return { width, height: HEADING_HEIGHT + lines.length * LINE_HEIGHT + PADDING };
}

/** Class of what shows a state: its own for the six states, one for all others and for none. */
export function stateClass(state: string | null): string {
  return state !== null && isState(state) ? `state-${state}` : "state-other";
}

/** A card as SVG: box, texts, the whole text as tooltip; a link if there is a URL. */
export function drawNode(card: DiagramCard, url: string | null, centre: Point, size: Size): string {
  const left = centre.x - size.width / 2;
  const top = centre.y - size.height / 2;
  const room = size.width - 2 * PADDING;
  const text = (line: string, fontSize: number, style: string, y: number) =>
    `<text class="${style}" x="${round(centre.x)}" y="${round(y)}">${escapeHtml(fitText(line, fontSize, room + 1))}</text>`;
  const texts = [
    text(card.heading, HEADING_SIZE * BOLD, "heading", top + PADDING / 2 + 14),
    ...card.lines.map((line, index) =>
      text(line, LINE_SIZE, "line", top + PADDING / 2 + HEADING_HEIGHT + 12 + index * LINE_HEIGHT),
    ),
  ];
  const node =
    `<g class="node ${stateClass(card.state)}"><title>${escapeHtml([card.heading, ...card.lines].join("\n"))}</title>` +
    `<rect x="${round(left)}" y="${round(top)}" width="${size.width}" height="${size.height}" rx="6"/>${texts.join("")}</g>`;
  return url === null ? node : `<a href="${escapeHtml(url)}">${node}</a>`;
}

/** A coordinate with one decimal at most. */
export function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
