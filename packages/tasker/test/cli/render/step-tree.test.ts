import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { layoutStepTree, type TreeStep } from "../../../src/cli/render/step-tree.ts";

/** "b <- a, c" means: b waits for a and c. */
function steps(...lines: string[]): TreeStep[] {
  return lines.map((line) => {
    const [name = "", parents = ""] = line.split(" <- ");
    return { name, dependsOn: parents === "" ? [] : parents.split(", ") };
  });
}

function draw(given: readonly TreeStep[]): string[] {
  return layoutStepTree(given).map(({ index, prefix, after }) => {
    const note = after.length === 0 ? "" : `  (after ${after.join(", ")})`;
    return `${prefix}${given[index]?.name}${note}`;
  });
}

describe("steps as a tree", () => {
  test("a chain goes straight down", () => {
    expect(draw(steps("a", "b <- a", "c <- b"))).toEqual(["a", "b", "c"]);
  });

  test("branches hang below the step that they wait for, and the join stands beside them", () => {
    expect(draw(steps("start", "left <- start", "right <- start", "join <- left, right"))).toEqual([
      "start",
      "├─ left",
      "├─ right",
      "└─ join  (after left, right)",
    ]);
  });

  test("a branch that is a chain stays in its column", () => {
    expect(draw(steps("start", "a1 <- start", "b <- start", "a2 <- a1", "end <- a2, b", "last <- end"))).toEqual([
      "start",
      "├─ a1",
      "│  a2",
      "├─ b",
      "└─ end  (after a2, b)",
      "   last",
    ]);
  });

  test("forks nest", () => {
    expect(draw(steps("a", "b <- a", "c <- a", "d <- b", "e <- b", "f <- d, e"))).toEqual([
      "a",
      "├─ b",
      "│  ├─ d",
      "│  ├─ e",
      "│  └─ f  (after d, e)",
      "└─ c",
    ]);
  });

  test("several steps without dependencies stand side by side", () => {
    expect(draw(steps("x", "y", "z <- x, y"))).toEqual(["├─ x", "├─ y", "└─ z  (after x, y)"]);
  });

  test("steps are drawn in dependency order whatever the order given", () => {
    expect(draw(steps("c <- b", "b <- a", "a"))).toEqual(["a", "b", "c"]);
  });

  test("steps on a cycle are drawn, with what they wait for", () => {
    expect(draw(steps("a", "b <- c", "c <- b"))).toEqual(["├─ a", "└─ b  (after c)", "   c"]);
  });

  test("every step is drawn once, after the steps that it waits for", () => {
    const graph = fc.integer({ min: 1, max: 30 }).chain((size) =>
      fc.tuple(
        ...Array.from({ length: size }, (_, at) =>
          fc
            .subarray(
              Array.from({ length: at }, (_, before) => `s${before}`),
              { maxLength: Math.min(3, at) },
            )
            .map((dependsOn) => ({ name: `s${at}`, dependsOn })),
        ),
      ),
    );
    fc.assert(
      fc.property(graph, (given) => {
        const rows = layoutStepTree(given);
        expect(rows.map(({ index }) => index).sort((a, b) => a - b)).toEqual(given.map((_, at) => at));
        const row = new Map(rows.map(({ index }, at) => [given[index]?.name, at]));
        for (const { name, dependsOn } of given) {
          for (const parent of dependsOn) expect(row.get(parent)).toBeLessThan(row.get(name) ?? -1);
        }
      }),
    );
  });

  test("ten thousand steps in a chain, or below one step, take no time to speak of", () => {
    const names = Array.from({ length: 10_000 }, (_, at) => `s${at}`);
    const chain = names.map((name, at) => ({ name, dependsOn: at === 0 ? [] : [`s${at - 1}`] }));
    const fan = names.map((name, at) => ({ name, dependsOn: at === 0 ? [] : ["s0"] }));
    const start = performance.now();
    expect(layoutStepTree(chain)).toHaveLength(10_000);
    expect(layoutStepTree(fan)).toHaveLength(10_000);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
