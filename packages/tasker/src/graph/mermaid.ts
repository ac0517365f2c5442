import { at } from "./adjacency.ts";
import type { StepGraph } from "./step-graph.ts";

/** Options of {@link renderMermaid}. */
export interface MermaidOptions {
  /** Top down or left to right. Default: `TD`. */
  readonly direction?: "TD" | "LR";
  /** Text shown for a step; a line feed starts a new line. Default: its name. */
  readonly label?: (name: string) => string;
  /** Class of a step's node, such as its state; null for none. Letters, digits, `_` and `-`, a letter first. */
  readonly className?: (name: string) => string | null;
  /** Style of each class, such as `{ error: "fill:#fdd,stroke:#c00" }`. Default: none are defined. */
  readonly classStyles?: Readonly<Record<string, string>>;
}

const CLASS_NAME = /^[A-Za-z][\w-]*$/;
const STYLE = /^[\w\s#%.,:()-]+$/;
// Everything that has a meaning in some part of Mermaid's grammar, its Markdown or HTML is written as a character code.
const UNSAFE = /[^\p{L}\p{M}\p{N} _.,()/=+?!-]/gu;

function escapeLabel(text: string): string {
  return text
    .toWellFormed()
    .split(/\r\n|\r|\n/)
    .map((line) => line.replace(/\p{Cc}/gu, " ").replace(UNSAFE, (character) => `#${character.codePointAt(0)};`))
    .join("<br/>");
}

function check(pattern: RegExp, field: string, value: string): string {
  if (!pattern.test(value) || /[\r\n]/.test(value)) {
    throw new RangeError(`${field} is ${JSON.stringify(value)}, expected a match of ${pattern.source}`);
  }
  return value;
}

/**
 * Draws the graph as a Mermaid flowchart. Nodes are named n0, n1, ... by index, so that no step name can break the
 * syntax; labels are escaped. Ends with a line feed.
 * @throws RangeError a class name or a style could be read as other Mermaid syntax
 * @see https://mermaid.js.org/syntax/flowchart.html
 */
export function renderMermaid(graph: StepGraph, options: MermaidOptions = {}): string {
  const { direction = "TD", label = (name) => name, className = () => null, classStyles = {} } = options;
  const lines = [`flowchart ${direction}`];
  for (const [step, name] of graph.names.entries()) {
    const nodeClass = className(name);
    const suffix = nodeClass === null ? "" : `:::${check(CLASS_NAME, "className", nodeClass)}`;
    lines.push(`  n${step}["${escapeLabel(label(name))}"]${suffix}`);
  }
  for (let step = 0; step < graph.size; step++) {
    for (let edge = at(graph.childOffsets, step); edge < at(graph.childOffsets, step + 1); edge++) {
      lines.push(`  n${step} --> n${at(graph.children, edge)}`);
    }
  }
  for (const [name, style] of Object.entries(classStyles)) {
    lines.push(`  classDef ${check(CLASS_NAME, "class name", name)} ${check(STYLE, `style of ${name}`, style)}`);
  }
  return `${lines.join("\n")}\n`;
}
