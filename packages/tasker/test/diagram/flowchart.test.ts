import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diagramEdge, diagramNode, findEdgesForNode, findNode, flowchart } from "../../src/diagram/flowchart.ts";
import { flowchartRecord, renderJson } from "../../src/diagram/flowchart-record.ts";

const node = diagramNode({ id: "a", label: "A\nB" });
const edge = diagramEdge({ sourceId: "a", targetId: "b" });

describe("the parts of a flowchart", () => {
  test("have defaults", () => {
    expect(node).toEqual({ id: "a", label: "A\nB", shape: "box", style: null, url: null, attributes: {} });
    expect(edge).toEqual({
      sourceId: "a",
      targetId: "b",
      label: "",
      type: "solid",
      direction: "forward",
      attributes: {},
    });
    expect(flowchart()).toEqual({ nodes: [], edges: [], direction: "TD", title: null, attributes: {} });
  });

  test("are found by id, the first of several", () => {
    const chart = flowchart({ nodes: [node, { ...node, label: "second" }] });
    expect(findNode(chart, "a")).toBe(node);
    expect(findNode(chart, "b")).toBeNull();
  });

  test("edges are found by the side on which they touch a node", () => {
    const [ab, bc, bb] = [
      edge,
      diagramEdge({ sourceId: "b", targetId: "c" }),
      diagramEdge({ sourceId: "b", targetId: "b" }),
    ];
    const chart = flowchart({ edges: [ab, bc, bb] });
    expect(findEdgesForNode(chart, "b", "outgoing")).toEqual([bc, bb]);
    expect(findEdgesForNode(chart, "b", "incoming")).toEqual([ab, bb]);
    expect(findEdgesForNode(chart, "b")).toEqual([ab, bc, bb]);
    expect(findEdgesForNode(chart, "z")).toEqual([]);
  });
});

describe("the record of a flowchart", () => {
  test("has the reference's names, without what is null", () => {
    expect(flowchartRecord(flowchart({ nodes: [node], edges: [edge] }))).toEqual({
      nodes: [{ id: "a", label: "A\nB", shape: "box", attributes: {} }],
      edges: [{ source_id: "a", target_id: "b", label: "", type: "solid", direction: "forward", attributes: {} }],
      direction: "TD",
      attributes: {},
    });
  });

  test("has everything that is set", () => {
    const full = diagramNode({
      id: "a",
      label: "A",
      shape: "circle",
      style: "fill:red;",
      url: "/a",
      attributes: { rank: 1 },
    });
    const line = diagramEdge({ ...edge, label: "x", type: "thick", direction: "both", attributes: { weight: 2 } });
    const chart = flowchart({
      nodes: [full],
      edges: [line],
      direction: "LR",
      title: "T",
      attributes: { by: "me" },
    });
    expect(flowchartRecord(chart)).toEqual({
      nodes: [{ id: "a", label: "A", shape: "circle", style: "fill:red;", url: "/a", attributes: { rank: 1 } }],
      edges: [
        { source_id: "a", target_id: "b", label: "x", type: "thick", direction: "both", attributes: { weight: 2 } },
      ],
      direction: "LR",
      title: "T",
      attributes: { by: "me" },
    });
  });

  test("has no URL that is not safe", () => {
    const chart = flowchart({ nodes: [diagramNode({ id: "a", label: "", url: "javascript:alert(1)" })] });
    expect(flowchartRecord(chart).nodes[0]).not.toHaveProperty("url");
  });

  test("as JSON is compact, and any text comes back as it was", () => {
    expect(renderJson(flowchart({ title: "T" }))).toBe(
      '{"nodes":[],"edges":[],"direction":"TD","title":"T","attributes":{}}',
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const chart = flowchart({
          title: text,
          nodes: [diagramNode({ id: text, label: text })],
          edges: [diagramEdge({ sourceId: text, targetId: text, label: text })],
        });
        expect(JSON.parse(renderJson(chart))).toEqual(flowchartRecord(chart));
      }),
    );
  });
});
