import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderMermaid } from "../../src/graph/mermaid.ts";
import { graphFromEdges } from "../../src/graph/step-graph.ts";
import { graphOf } from "./random-graph.ts";

describe("a Mermaid flowchart", () => {
  test("has a node for each step and an arrow for each edge", () => {
    expect(renderMermaid(graphOf("validate -> charge -> ship"))).toBe(
      ["flowchart TD", '  n0["validate"]', '  n1["charge"]', '  n2["ship"]', "  n0 --> n1", "  n1 --> n2", ""].join(
        "\n",
      ),
    );
  });

  test("shows labels, classes and their styles", () => {
    const text = renderMermaid(graphOf("charge -> ship"), {
      direction: "LR",
      label: (name) => `${name}\nattempt 2`,
      className: (name) => (name === "charge" ? "error" : null),
      classStyles: { error: "fill:#fdd,stroke:#c00" },
    });
    expect(text).toBe(
      [
        "flowchart LR",
        '  n0["charge<br/>attempt 2"]:::error',
        '  n1["ship<br/>attempt 2"]',
        "  n0 --> n1",
        "  classDef error fill:#fdd,stroke:#c00",
        "",
      ].join("\n"),
    );
  });

  test.each([
    ['say "hi"', "say #34;hi#34;"],
    ["a #1", "a #35;1"],
    ["<b>&amp;", "#60;b#62;#38;amp#59;"],
    ["`code`", "#96;code#96;"],
    ["end]; click n0", "end#93;#59; click n0"],
    ["tab\there", "tab here"],
    ["Größe 漢字 \u{1f680}", "Größe 漢字 #128640;"],
    ["lone \ud800", "lone #65533;"],
  ])("escapes %j", (name, label) => {
    expect(renderMermaid(graphFromEdges([name], [], []))).toContain(`  n0["${label}"]\n`);
  });

  test("no label can leave its node", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (label) => {
        const [head, node, ...rest] = renderMermaid(graphFromEdges(["a"], [], []), { label: () => label }).split("\n");
        expect(head).toBe("flowchart TD");
        expect(node).toMatch(/^ {2}n0\["(?:[^"<>&;#]|#\d+;|<br\/>)*"\]$/u);
        expect(rest).toEqual([""]);
      }),
    );
  });

  test.each([["a b"], ["1a"], [""], ["a;b"], ["a\n"]])("refuses the class name %j", (name) => {
    expect(() => renderMermaid(graphOf("a"), { className: () => name })).toThrow(RangeError);
    expect(() => renderMermaid(graphOf("a"), { classStyles: { [name]: "fill:red" } })).toThrow(RangeError);
  });

  test.each([["fill:red;click"], ["fill:red\nclick n0"], [""]])("refuses the style %j", (style) => {
    expect(() => renderMermaid(graphOf("a"), { classStyles: { error: style } })).toThrow(RangeError);
  });
});
