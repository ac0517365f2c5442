import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { openTestDatabase } from "../../packages/tasker/test/support/test-database.ts";
import { readDocuments } from "../support/repository.ts";
import { isExcused } from "./code-blocks.ts";
import { differences } from "./curl/differences.ts";
import { playStory } from "./curl/play-story.ts";
import { openShop } from "./curl/shop.ts";
import { type Scene, storyOf } from "./curl/story.ts";

const stories = readDocuments()
  .map((document) => ({ path: document.path, scenes: storyOf(document) }))
  .filter(({ scenes }) => scenes.length > 0);

test("examples with curl ask the server of the reader, and none is left out", () => {
  expect(stories.length).toBeGreaterThan(3);
  const blocks = stories.flatMap(({ scenes }) => scenes.map(({ block }) => block));
  const elsewhere = blocks.filter((block) => isExcused(block) || /127\.0\.0\.1|localhost/.test(block.code));
  expect(elsewhere.map(({ place }) => place)).toEqual([]);
});

test("an answer may differ from the one that is shown in ids, times and secrets, and in nothing else", () => {
  const shown = {
    task_id: 1,
    at: "2026-01-01T00:00:00Z",
    state: "error",
    message: "task 1 failed",
    steps: [{ name: "a" }],
  };
  const other = { ...shown, task_id: 12, at: "2027-01-01T00:00:00Z", message: "task 12 failed" };
  expect(differences(shown, other)).toEqual([]);
  expect(differences(shown, { ...shown, task_id: "1" })).toHaveLength(1);
  expect(differences(shown, { ...shown, state: "complete" })).toEqual(['the answer.state is "complete", not "error"']);
  expect(differences(shown, { ...shown, steps: [] })).toHaveLength(1);
  expect(differences(shown, { ...shown, steps: [{ label: "a" }] })).toHaveLength(2);
});

const canAsk = inject("postgres") !== null && inject("curl");

/** Executes examples against a shop of their own. @returns what was otherwise than they say */
async function play(scenes: readonly Scene[]): Promise<string[]> {
  const database = await openTestDatabase();
  const directory = mkdtempSync(join(tmpdir(), "tasker-curl-"));
  const shop = await openShop(database);
  try {
    return await playStory(scenes, shop, directory);
  } finally {
    await shop.close();
    await database.close();
    rmSync(directory, { recursive: true });
  }
}

describe.skipIf(!canAsk)("examples with curl", () => {
  test.concurrent.each(stories)("of $path are answered as it says", { timeout: 120_000 }, async ({ scenes }) => {
    expect(await play(scenes)).toEqual([]);
  });

  test.concurrent("that are answered otherwise are named with their place", { timeout: 120_000 }, async () => {
    const text = [
      ...['```sh\ncurl -s "$TASKER_SERVER/health/live"\n```', '```json\n{ "alive": false }\n```'],
      '```sh\ncurl -s "$TASKER_SERVER/v1/tasks"\n```',
    ].join("\n\n");
    const problems = await play(storyOf({ path: "guide.md", text }));
    expect(problems[0]).toBe("guide.md:1: the answer.alive is true, not false");
    expect(problems.at(-1)).toMatch(/^guide\.md:9: answered 401: curl -s/);
  });
});
