import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CHART_DIRECTIONS,
  type DiagramEdge,
  type DiagramNode,
  diagramEdge,
  diagramNode,
  EDGE_DIRECTIONS,
  EDGE_TYPES,
  flowchart,
  NODE_SHAPES,
} from "../../src/diagram/flowchart.ts";
import { edgeLine, nodeLines, renderMermaid } from "../../src/diagram/mermaid.ts";
import { mermaidId, mermaidText } from "../../src/diagram/mermaid-text.ts";
import { kindsOfLines } from "./support/mermaid-line.ts";

const lineOf = (edge: Partial<DiagramEdge>) => edgeLine(diagramEdge({ sourceId: "a", targetId: "b", ...edge }));
const linesOf = (node: Partial<DiagramNode>) => nodeLines(diagramNode({ id: "a", label: "A", ...node }));

describe("a node in Mermaid", () => {
  test("is one line", () => {
    expect(linesOf({ label: "Task: demo\nID: 18" })).toEqual(['a["Task: demo<br/>ID: 18"]']);
  });

  test("has its link and its style on lines of their own, in that order", () => {
    expect(linesOf({ url: "http://h/a?b=c", style: "fill:red;" })).toEqual([
      'a["A"]',
      'click a "http://h/a?b=c"',
      "style a fill:red;",
    ]);
  });

  test("has no link that is not safe", () => {
    expect(linesOf({ url: "javascript:alert(1)" })).toEqual(['a["A"]']);
  });

  test.each([
    ["box", 'a["A"]'],
    ["rounded", 'a("A")'],
    ["stadium", 'a(["A"])'],
    ["subroutine", 'a[["A"]]'],
    ["cylinder", 'a[("A")]'],
    ["circle", 'a(("A"))'],
    ["diamond", 'a{"A"}'],
    ["hexagon", 'a{{"A"}}'],
  ] as const)("has the shape %s", (shape, line) => {
    expect(linesOf({ shape })).toEqual([line]);
  });

  test.each(["fill:red;click", "fill:red\nclick a", "", "fill:{red}"])("refuses the style %j", (style) => {
    expect(() => linesOf({ style })).toThrow(RangeError);
  });
});

describe("an edge in Mermaid", () => {
  test("has no label where it is blank", () => {
    expect(lineOf({})).toBe("a --> b");
    expect(lineOf({ label: " \n" })).toBe("a --> b");
    expect(lineOf({ label: "provides" })).toBe('a -->|"provides"| b');
    expect(lineOf({ label: 'say "hi"' })).toBe('a -->|"say #34;hi#34;"| b');
  });

  test.each([
    ["solid", "a --> b"],
    ["dashed", "a -.-> b"],
    ["dotted", "a -.-> b"],
    ["thick", "a ==> b"],
  ] as const)("has the type %s", (type, line) => {
    expect(lineOf({ type })).toBe(line);
  });

  test.each([
    ["forward", 'a -->|"x"| b'],
    ["back", 'b -->|"x"| a'],
    ["both", 'a <-->|"x"| b'],
    ["none", 'a ---|"x"| b'],
  ] as const)("has the direction %s", (direction, line) => {
    expect(lineOf({ direction, label: "x" })).toBe(line);
  });
});

describe("a chart in Mermaid", () => {
  const nodes = [diagramNode({ id: "a", label: "A" }), diagramNode({ id: "b", label: "B" })];
  const edges = [diagramEdge({ sourceId: "a", targetId: "b" })];

  test("is its nodes and then its edges", () => {
    expect(renderMermaid(flowchart({ nodes, edges, direction: "LR" }))).toBe('graph LR\na["A"]\nb["B"]\na --> b');
    expect(renderMermaid(flowchart())).toBe("graph TD");
  });

  test("with a title stands in a frame", () => {
    expect(renderMermaid(flowchart({ nodes, edges, title: 'Task 1: "x"' }))).toBe(
      'graph TD\nsubgraph "Task 1: #34;x#34;"\n  a["A"]\n  b["B"]\n  a --> b\nend',
    );
  });

  test("keeps a title of one word apart from a node of that name", () => {
    expect(renderMermaid(flowchart({ nodes, title: "a" }))).toContain('\nsubgraph id__["a"]\n');
  });

  test.each(["shape", "type", "direction", "chart direction"])("refuses a %s that does not exist", (field) => {
    // What JavaScript callers can pass: also names that every object has.
    const word = JSON.parse('"constructor"');
    const chart = flowchart({
      nodes: [diagramNode({ id: "a", label: "A", ...(field === "shape" && { shape: word }) })],
      edges: [
        diagramEdge({
          sourceId: "a",
          targetId: "a",
          ...(field === "type" && { type: word }),
          ...(field === "direction" && { direction: word }),
        }),
      ],
      ...(field === "chart direction" && { direction: word }),
    });
    expect(() => renderMermaid(chart)).toThrow(`${field.replace("chart ", "")} is "constructor", expected `);
  });

  test.each([
    ["end", "end"],
    ["a #1", "a #35;1"],
    ["<b>&amp;", "#60;b#62;#38;amp#59;"],
    ["<script>", "#60;script#62;"],
    ["`code`", "#96;code#96;"],
    ["end]; click a", "end#93;#59; click a"],
    ["%%{init}%%", "#37;#37;#123;init#125;#37;#37;"],
    ["key: value", "key: value"],
    ["style a:#b;", "style a#58;#35;b#59;"],
    ["tab\there", "tab here"],
    ["a\r\nb\rc\nd", "a<br/>b<br/>c<br/>d"],
    ["Größe 漢字 \u{1f680}", "Größe 漢字 #128640;"],
    ["lone \ud800", "lone #65533;"],
    ["", " "],
  ])("writes %j so that it is read as it was meant", (text, written) => {
    expect(mermaidText(text)).toBe(written);
  });

  test.each([
    ["task_18", "task_18"],
    ["end", "id_end"],
    ["Graph", "id_Graph"],
    ["a-b", "id_a_2d_b"],
    ["1", "id_1"],
    ["", "id_"],
    ["id_1", "id_id_5f_1"],
  ])("names the node %j %s", (id, name) => {
    expect(mermaidId(id)).toBe(name);
  });

  test("different ids have different names, none of them the frame's", () => {
    const id = fc.oneof(
      fc.string({ unit: "binary", maxLength: 3 }),
      fc.array(fc.constantFrom("id_", "_", "5f", "a", "-", "2d"), { maxLength: 5 }).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(id, id, (a, b) => {
        expect(mermaidId(a) === mermaidId(b)).toBe(a === b);
        expect(mermaidId(a)).not.toBe("id__");
      }),
    );
  });

  test("has the lines it should have and nothing else, whatever the texts are", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc
        .array(fc.constantFrom('"', "end", "\n", "style", ":", "#", ";", "35;", "`", "]", "-->", "click", "%%{", "<"))
        .map((parts) => parts.join("")),
    );
    const node = fc.record({
      id: text,
      label: text,
      shape: fc.constantFrom(...NODE_SHAPES),
      url: fc.option(text),
      style: fc.constantFrom(null, "fill:red;"),
    });
    const edge = fc.record({
      sourceId: text,
      targetId: text,
      label: text,
      type: fc.constantFrom(...EDGE_TYPES),
      direction: fc.constantFrom(...EDGE_DIRECTIONS),
    });
    const chart = fc.record({
      nodes: fc.array(node.map(diagramNode), { maxLength: 4 }),
      edges: fc.array(edge.map(diagramEdge), { maxLength: 4 }),
      title: fc.option(text),
      direction: fc.constantFrom(...CHART_DIRECTIONS),
    });
    fc.assert(
      fc.property(chart.map(flowchart), (drawn) => {
        const kinds = drawn.nodes.flatMap((one) => {
          const [, ...further] = nodeLines(one);
          return ["node", ...further.map((line) => (line.startsWith("click ") ? "click" : "style"))];
        });
        const inner = [...kinds, ...drawn.edges.map(() => "edge")];
        expect(kindsOfLines(renderMermaid(drawn))).toEqual(
          drawn.title === null ? ["graph", ...inner] : ["graph", "frame", ...inner, "end"],
        );
      }),
    );
  });

  test("the check of lines knows a wrong one", () => {
    expect(kindsOfLines('a["x"y"]\nend]\nclick a "javascript:x"\na --> b\nsubgraph x')).toEqual([
      "unknown",
      "unknown",
      "unknown",
      "edge",
      "unknown",
    ]);
  });
});
