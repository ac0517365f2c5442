import type { Flowchart } from "./flowchart.ts";

/** What the drawing of an HTML page shows of a node, in place of its label. */
export interface DiagramCard {
  readonly heading: string;
  /** Smaller lines below the heading. */
  readonly lines: readonly string[];
  /** State that colours the card, and the class of its element. Null: no state. */
  readonly state: string | null;
}

/** A row of the table of steps. */
export interface DiagramRow {
  /** Node of the chart that the row is about; its URL is the row's link. */
  readonly nodeId: string;
  /** State whose colour marks the row. Null: none. */
  readonly state: string | null;
  /** One text for each column; the first one names the step. */
  readonly cells: readonly string[];
}

/** A chart with what an HTML page shows around it. */
export interface Diagram {
  readonly chart: Flowchart;
  /** Title of the page. */
  readonly heading: string;
  /** What the chart shows, in one sentence. */
  readonly description: string;
  /** Labelled values above the drawing; `time` has the moment of a value that is one. */
  readonly facts: readonly { readonly label: string; readonly value: string; readonly time?: Date }[];
  /** Whether steps have states, so that the page explains their colours. */
  readonly hasStates: boolean;
  /** Cards by the id of their node, also for nodes that only edges name. */
  readonly cards: ReadonlyMap<string, DiagramCard>;
  /** The steps once more as text: for screen readers, and for graphs too large to draw. */
  readonly table: { readonly columns: readonly string[]; readonly rows: readonly DiagramRow[] };
}

const MOST_NAMES = 20;

/** Names in one text; of more than twenty the first ones and how many are left. */
export function listNames(names: readonly string[]): string {
  if (names.length <= MOST_NAMES) return names.join(", ");
  return `${names.slice(0, MOST_NAMES).join(", ")} and ${names.length - MOST_NAMES} more`;
}

/** A number with its noun: `1 attempt`, `2 attempts`. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
