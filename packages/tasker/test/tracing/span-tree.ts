import type { ReceivedSpan } from "./otlp-receiver.ts";

/** A span with those below it, in the order in which they began. */
export interface SpanNode {
  readonly span: ReceivedSpan;
  readonly children: readonly SpanNode[];
}

/** The spans as trees; more than one if they are of several traces, or a parent is missing. */
export function spanTrees(spans: readonly ReceivedSpan[]): SpanNode[] {
  const known = new Set(spans.map(({ traceId, spanId }) => `${traceId} ${spanId}`));
  const parentOf = ({ traceId, parentSpanId }: ReceivedSpan) => {
    const key = `${traceId} ${parentSpanId}`;
    return known.has(key) ? key : null;
  };
  const childrenOf = (key: string | null): SpanNode[] =>
    spans
      .filter((span) => parentOf(span) === key)
      .toSorted((a, b) => a.startTimeUnixNano - b.startTimeUnixNano || labelOf(a).localeCompare(labelOf(b)))
      .map((span) => ({ span, children: childrenOf(`${span.traceId} ${span.spanId}`) }));
  return childrenOf(null);
}

/** The trees as indented lines: what a span is of. */
export function outline(nodes: readonly SpanNode[], depth = 0): string[] {
  return nodes.flatMap(({ span, children }) => [
    `${"  ".repeat(depth)}${labelOf(span)}`,
    ...outline(children, depth + 1),
  ]);
}

/** Name of a span and what it is of: `step.execution charge`. */
export function labelOf({ name, attributes }: ReceivedSpan): string {
  const what = attributes["tasker.step_name"] ?? attributes["tasker.task_name"];
  return what === undefined ? name : `${name.replace("tasker.", "")} ${what}`;
}
