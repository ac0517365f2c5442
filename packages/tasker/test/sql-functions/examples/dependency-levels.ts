import { describe, expect, test } from "vitest";
import { callLevels } from "../call-function.ts";
import { exampleContent } from "../example-content.ts";
import type { OnContent } from "./readiness.ts";

type Edge = readonly [from: number, to: number];

export function dependencyLevelsExamples(on: OnContent): void {
  describe("calculate_dependency_levels", () => {
    /** Pairs of step and level of task 1. */
    async function levelsOf(steps: number, edges: readonly Edge[], ofTask2: readonly number[] = []) {
      const rows = Array.from({ length: steps }, (_, index) => ({ task_id: ofTask2.includes(index + 1) ? 2 : 1 }));
      let levels: unknown[] = [];
      await on(exampleContent(rows, edges, [{}, {}]), async (connection) => {
        levels = (await callLevels(connection, 1)).map((row) => [row.workflow_step_id, row.dependency_level]);
      });
      return levels;
    }

    test("the level is the length of the longest path", async () => {
      const edges: Edge[] = [
        [4, 3],
        [3, 2],
        [4, 2],
        [2, 1],
        [4, 1],
        [4, 1],
      ];
      expect(await levelsOf(5, edges)).toEqual([
        [4, 0],
        [5, 0],
        [3, 1],
        [2, 2],
        [1, 3],
      ]);
    });

    test("a step with a parent in another task alone is absent, with what is below it", async () => {
      const edges: Edge[] = [
        [4, 1],
        [1, 2],
      ];
      expect(await levelsOf(4, edges, [4])).toEqual([[3, 0]]);
    });

    test("a parent in another task adds nothing to a path within the task", async () => {
      const edges: Edge[] = [
        [1, 2],
        [3, 2],
        [2, 4],
        [2, 3],
      ];
      expect(await levelsOf(4, edges, [3])).toEqual([
        [1, 0],
        [2, 1],
        [4, 2],
      ]);
    });

    test("the members of a cycle that no root reaches are absent, and count as no parents", async () => {
      const edges: Edge[] = [
        [1, 2],
        [2, 1],
        [2, 4],
        [3, 4],
      ];
      expect(await levelsOf(4, edges)).toEqual([
        [3, 0],
        [4, 1],
      ]);
    });

    test("the members of a cycle that a root reaches are absent, and so is all that is below", async () => {
      const edges: Edge[] = [
        [1, 2],
        [2, 3],
        [3, 2],
        [3, 4],
        [1, 4],
        [1, 5],
        [5, 6],
        [6, 6],
      ];
      expect(await levelsOf(6, edges)).toEqual([
        [1, 0],
        [5, 1],
      ]);
    });

    test("a graph with 4 to the power of 20 paths is answered like any other", async () => {
      const edges = Array.from({ length: 20 }, (_, level) =>
        [1, 2, 3, 4].flatMap((from) => [5, 6, 7, 8].map((to): Edge => [level * 4 + from, level * 4 + to])),
      ).flat();
      expect(await levelsOf(84, edges)).toEqual(
        Array.from({ length: 84 }, (_, index) => [index + 1, Math.floor(index / 4)]),
      );
    });

    test("gives no rows for a task that does not exist, has no steps, or is NULL", async () => {
      await on(exampleContent([{}], [], [{}, {}]), async (connection) => {
        for (const task of [2, 9, null]) expect(await callLevels(connection, task)).toEqual([]);
      });
    });
  });
}
