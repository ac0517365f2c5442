import { describe, expect, test } from "vitest";
import * as DependencyLevels from "../../src/models/dependency-levels/dependency-levels.ts";
import { exampleContent } from "../sql-functions/example-content.ts";
import { withContent } from "../sql-functions/store-content.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const ROWS = [
  { workflow_step_id: 4, dependency_level: 0 },
  { workflow_step_id: 7, dependency_level: 0 },
  { workflow_step_id: 2, dependency_level: 1 },
];

describe("the levels of a task's steps", () => {
  test("by step", () => {
    expect(DependencyLevels.levelsByStep(ROWS)).toEqual(
      new Map([
        [4, 0],
        [7, 0],
        [2, 1],
      ]),
    );
  });

  test("the highest, 0 without steps", () => {
    expect(DependencyLevels.maxLevel(ROWS)).toBe(1);
    expect(DependencyLevels.maxLevel([])).toBe(0);
  });

  test("the steps at a level, and at the first", () => {
    expect(DependencyLevels.stepsAtLevel(ROWS, 1)).toEqual([2]);
    expect(DependencyLevels.stepsAtLevel(ROWS, 2)).toEqual([]);
    expect(DependencyLevels.rootSteps(ROWS)).toEqual([4, 7]);
  });
});

describeOnPostgres("the levels of a stored task", () => {
  test("come by level and step", async () => {
    const database = await openTestDatabase();
    await withContent(database, exampleContent([{}, {}, {}], [[3, 1]]), async (connection) => {
      expect(await DependencyLevels.forTask(connection, 1)).toEqual([
        { workflow_step_id: 2, dependency_level: 0 },
        { workflow_step_id: 3, dependency_level: 0 },
        { workflow_step_id: 1, dependency_level: 1 },
      ]);
    });
    await database.close();
  });
});
