import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diagramEdge, diagramNode, EDGE_DIRECTIONS, flowchart } from "../../../src/diagram/flowchart.ts";
import { renderMermaid } from "../../../src/diagram/mermaid.ts";
import { renderPage } from "../../../src/diagram/page/render-page.ts";
import { STYLE_SHEET } from "../../../src/diagram/page/style-sheet.ts";
import { drawTask } from "../../../src/diagram/task-diagram.ts";
import { readHtml } from "../support/read-html.ts";
import { sampleTask } from "../support/sample-task.ts";

const FAILED = { state: "error", attempts: 2, error: "card gateway <is> busy & slow" };
const ORDER = sampleTask("check -> reserve, check -> charge, reserve -> confirm, charge -> confirm", {
  check: { state: "complete", attempts: 1 },
  reserve: { state: "in_progress", attempts: 1 },
  charge: FAILED,
});

describe("the HTML page of a task", () => {
  const diagram = drawTask(ORDER);
  const page = renderPage(diagram);
  const { texts, elements, attribute } = readHtml(page);

  test("is a whole document", () => {
    expect(page).toMatch(/^<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">/);
    expect(page.trimEnd()).toMatch(/<\/body>\n<\/html>$/);
    expect(elements).toEqual(expect.arrayContaining(["head", "body", "title"]));
  });

  test("says id, name, status and time of the task", () => {
    const labels = ["Task ID:", "Task Name:", "Status:", "Created:"];
    const values = labels.map((label) => texts[texts.indexOf(label) + 1]);
    expect(values).toEqual(["18", "demo", "pending", "2026-11-20 12:30:05 UTC"]);
    expect(attribute("datetime")).toEqual(["2026-11-20T12:30:05.250Z"]);
  });

  test("has the drawing in the reference's container, and the Mermaid text", () => {
    expect(attribute("class")).toContain("tasker-diagram mermaid");
    expect(attribute("data-processed")).toEqual(["true"]);
    expect(texts).toContain(renderMermaid(diagram.chart));
  });

  test("needs no script and no network", () => {
    expect(elements.filter((element) => /^(script|link|img|iframe|object|use)\b/.test(element))).toEqual([]);
    expect(elements.filter((element) => /\bon\w+/.test(element))).toEqual([]);
    expect(page).not.toMatch(/@import|https?:/);
    expect(attribute("content")).toContainEqual(
      expect.stringMatching(/^default-src 'none'; style-src 'unsafe-inline'/),
    );
  });

  test("draws a box for each node and a line for each edge", () => {
    expect(attribute("class").filter((name) => name.startsWith("node "))).toEqual([
      "node state-other",
      "node state-complete",
      "node state-in_progress",
      "node state-error",
      "node state-pending",
    ]);
    expect(attribute("class").filter((name) => name === "edge solid")).toHaveLength(5);
  });

  test("has the steps once more as a table, and how many are in each state", () => {
    const row = texts.slice(texts.lastIndexOf("charge"));
    expect(row.slice(0, 6).map((text) => text.trim())).toEqual(["charge", "86", "error", "2", "check", FAILED.error]);
    expect(texts).toEqual(expect.arrayContaining(["pending 1", "in_progress 1", "error 1", "complete 1", "cancelled"]));
  });

  test("is an image for screen readers, a group where its steps are links", () => {
    expect(attribute("role")).toContain("img");
    const linked = readHtml(renderPage(drawTask(ORDER, { baseUrl: "https://host" })));
    expect(linked.attribute("role")).toContain("group");
    const urls = linked.attribute("href").filter((url) => url.endsWith("/tasks/18/workflow_steps/86"));
    expect(urls).toHaveLength(2);
  });

  test("has looked like this", async () => {
    await expect(page).toMatchFileSnapshot("../golden/task.html");
  });
});

describe("an HTML page", () => {
  test("has the same elements whatever the texts are, and shows each as it is", () => {
    const draw = (name: string, step: string, error: string) =>
      renderPage(drawTask(sampleTask("a -> b", { a: { name: step, state: "error", error } }, { name, status: step })));
    const plain = readHtml(draw("x", "x", "x")).elements;
    const text = fc.oneof(
      fc.string({ unit: "binary", minLength: 1 }),
      fc.constantFrom(
        "</title><script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</style>",
        "<!--",
        "&lt;",
      ),
    );
    fc.assert(
      fc.property(text, text, text, (name, step, error) => {
        const { elements, texts } = readHtml(draw(name, step, error));
        expect(elements).toEqual(plain);
        const shown = name.toWellFormed().replace(/[^\P{Cc}\t\n]/gu, "\u{fffd}");
        if (shown.trim() !== "") expect(texts).toContain(shown);
      }),
      { numRuns: 40 },
    );
  });

  test("draws cycles, loops, steps of other tasks and states that do not exist", () => {
    const edges = [
      [84, 85],
      [85, 84],
      [86, 86],
      [84, 999],
    ].map(([fromStepId = 0, toStepId = 0]) => ({ fromStepId, toStepId, name: "provides" }));
    const page = renderPage(drawTask(sampleTask("a, b, c", { a: { state: "odd", isRoot: false } }, { edges })));
    const { texts, attribute } = readHtml(page);
    expect(texts).toEqual(expect.arrayContaining(["step 999", "of another task", "odd 1"]));
    expect(attribute("d").filter((path) => /NaN|Infinity/.test(path))).toEqual([]);
    expect(attribute("class").filter((name) => name === "edge solid")).toHaveLength(6);
  });

  test("shows labels of edges where they differ from the usual one", () => {
    const edges = ["provides", "provides", "on <failure>"].map((name, index) => ({
      fromStepId: 84 + index,
      toStepId: 85 + index,
      name,
    }));
    const { elements, texts } = readHtml(renderPage(drawTask(sampleTask("a -> b -> c -> d", {}, { edges }))));
    expect(elements.filter((element) => element === "text class x y")).toHaveLength(4 * 2 + 3 + 1);
    expect(texts.filter((text) => text === "on <failure>")).toHaveLength(2);
  });

  test("draws the types and directions of edges of any chart", () => {
    const chart = flowchart({
      nodes: [diagramNode({ id: "a", label: "first\nsecond" })],
      edges: EDGE_DIRECTIONS.map((direction) =>
        diagramEdge({ sourceId: "a", targetId: "b", type: "dotted", direction }),
      ),
    });
    const diagram = { ...drawTask(sampleTask("")), chart, cards: new Map() };
    const { elements, texts } = readHtml(renderPage(diagram));
    expect(elements.filter((element) => element.startsWith("path class d"))).toEqual([
      "path class d",
      "path class d marker-end",
      "path class d marker-start",
      "path class d marker-start marker-end",
      "path class d",
    ]);
    expect(texts).toEqual(expect.arrayContaining(["first", "second", "b"]));
  });

  test("of a graph too large to draw has the table", () => {
    const names = Array.from({ length: 200 }, (_, index) => `s${index}`);
    const skips = Array<string>(100).fill("s0 -> s199");
    const { texts, elements } = readHtml(renderPage(drawTask(sampleTask([names.join(" -> "), ...skips].join(",")))));
    expect(texts).toContain("The graph is too large to be drawn; the table has its 200 steps.");
    expect(elements.filter((element) => element === "tr")).toHaveLength(201);
  });
});

describe("the style sheet", () => {
  const luminance = (colour: string) => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5]
      .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (a: string, b: string) => {
    const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };

  test("gives every state a text that can be read, light and dark", () => {
    const rules = [...STYLE_SHEET.matchAll(/\.state-(\w+)\{--box:(#\w{6});--rim:#\w{6};--ink:(#\w{6})\}/g)];
    expect(rules).toHaveLength(14);
    const tooWeak = rules.filter(([, , box = "", ink = ""]) => contrast(box, ink) < 4.5).map(([, state]) => state);
    expect(tooWeak).toEqual([]);
  });

  test("loads nothing", () => {
    expect(STYLE_SHEET).not.toMatch(/url\(|@import|<|https?:/);
  });
});
