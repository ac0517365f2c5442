import type { DiagramEdge, DiagramNode, Flowchart } from "./flowchart.ts";
import { safeUrl } from "./safe-url.ts";

/** A node as programs of the reference know it. */
export interface NodeRecord {
  readonly id: string;
  readonly label: string;
  readonly shape: string;
  readonly style?: string;
  readonly url?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** An edge as programs of the reference know it. */
export interface EdgeRecord {
  readonly source_id: string;
  readonly target_id: string;
  readonly label: string;
  readonly type: string;
  readonly direction: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A chart as programs of the reference know it. */
export interface FlowchartRecord {
  readonly nodes: readonly NodeRecord[];
  readonly edges: readonly EdgeRecord[];
  readonly direction: string;
  readonly title?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A node with the member names of JSON; those that are null are left out, and so is a URL that is not safe. */
export function nodeRecord({ id, label, shape, style, url, attributes }: DiagramNode): NodeRecord {
  const link = url === null ? null : safeUrl(url);
  return { id, label, shape, ...(style !== null && { style }), ...(link !== null && { url: link }), attributes };
}

/** An edge with the member names of JSON. */
export function edgeRecord({ sourceId, targetId, label, type, direction, attributes }: DiagramEdge): EdgeRecord {
  return { source_id: sourceId, target_id: targetId, label, type, direction, attributes };
}

/** A chart with the member names of JSON; a title that is null is left out. */
export function flowchartRecord({ nodes, edges, direction, title, attributes }: Flowchart): FlowchartRecord {
  return {
    nodes: nodes.map(nodeRecord),
    edges: edges.map(edgeRecord),
    direction,
    ...(title !== null && { title }),
    attributes,
  };
}

/** A chart as compact JSON text: {@link flowchartRecord}. */
export function renderJson(chart: Flowchart): string {
  return JSON.stringify(flowchartRecord(chart));
}
