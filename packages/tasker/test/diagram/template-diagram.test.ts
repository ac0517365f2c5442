import { describe, expect, test } from "vitest";
import { renderMermaid } from "../../src/diagram/mermaid.ts";
import { renderPage } from "../../src/diagram/page/render-page.ts";
import { diagramOfTemplate } from "../../src/diagram/template-diagram.ts";
import { CyclicGraphError } from "../../src/errors/index.ts";
import { parseTemplate } from "../../src/templates/parse-template.ts";
import { readHtml } from "./support/read-html.ts";

const ORDER = parseTemplate(`
name: order
namespace_name: shop
version: 1.2.0
description: Takes an <order>
task_handler_class: Order
step_templates:
  - {name: check, handler_class: Check}
  - {name: reserve, handler_class: Reserve, depends_on_step: check, description: Holds the goods}
  - {name: charge, handler_class: Charge, depends_on_step: check, timeout_seconds: 10, default_retry_limit: 5}
  - {name: confirm, handler_class: Confirm, depends_on_steps: [reserve, charge], default_retryable: false}
`);

describe("the diagram of a template", () => {
  test("in Mermaid", () => {
    expect(renderMermaid(diagramOfTemplate(ORDER).chart)).toBe(
      [
        "graph TD",
        'subgraph "shop/order 1.2.0"',
        '  n0["check"]',
        '  n1["reserve"]',
        '  n2["charge"]',
        '  n3["confirm"]',
        "  n0 --> n1",
        "  n0 --> n2",
        "  n1 --> n3",
        "  n2 --> n3",
        "end",
      ].join("\n"),
    );
  });

  test("as a page has the steps with their limits, and no states", async () => {
    const page = renderPage(diagramOfTemplate(ORDER));
    const { texts, elements } = readHtml(page);
    expect(texts).toEqual(expect.arrayContaining(["Template shop/order 1.2.0", "Takes an <order>", "Holds the goods"]));
    expect(texts).toEqual(expect.arrayContaining(["up to 5 attempts, 10 s each", "1 attempt"]));
    expect(elements).not.toContain("ul class aria-label");
    await expect(page).toMatchFileSnapshot("golden/template.html");
  });

  test("of one without steps has nothing to draw", () => {
    const { texts } = readHtml(renderPage(diagramOfTemplate({ ...ORDER, steps: [] })));
    expect(texts).toContain("There are no steps.");
  });

  test("draws a dependency once that is named twice", () => {
    const steps = ORDER.steps
      .slice(0, 2)
      .map((step) => ({ ...step, dependsOn: [...step.dependsOn, ...step.dependsOn] }));
    expect(diagramOfTemplate({ ...ORDER, steps }).chart.edges).toHaveLength(1);
  });

  test("refuses a cycle", () => {
    const steps = ORDER.steps.slice(0, 1).map((step) => ({ ...step, dependsOn: [step.name] }));
    expect(() => diagramOfTemplate({ ...ORDER, steps })).toThrow(CyclicGraphError);
  });
});
