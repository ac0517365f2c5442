import { describe, expect, test } from "vitest";
import { readDocuments } from "../support/repository.ts";
import { judgeJson, judgeYaml } from "./check-data.ts";
import { judgeOperation } from "./check-graphql.ts";
import { judgeShellBlock } from "./check-shell.ts";
import { checkTypes, joinContinuedBlocks, runBlock } from "./check-typescript.ts";
import { type CodeBlock, findCodeBlocks, isExcused, judgeFence } from "./code-blocks.ts";
import { findBrokenLinks } from "./find-broken-links.ts";

const documents = readDocuments();
const blocks = documents.flatMap(findCodeBlocks);

function blocksIn(...languages: readonly string[]): CodeBlock[] {
  return blocks.filter((block) => languages.includes(block.language) && !isExcused(block));
}

/** Problems of all blocks of a language, each with its place. */
function judgeAll(language: string, judge: (code: string) => string | null): string[] {
  return blocksIn(language).flatMap(({ place, code }) => {
    const problem = judge(code);
    return problem === null ? [] : [`${place}: ${problem}`];
  });
}

describe("the documents", () => {
  test("say of every code block in which language it is", () => {
    const problems = blocks.flatMap((block) => {
      const problem = judgeFence(block);
      return problem === null ? [] : [`${block.place}: ${problem}`];
    });
    expect(problems).toEqual([]);
  });

  test("hold programs that type-check", { timeout: 120_000 }, async () => {
    expect(await checkTypes(blocksIn("ts", "js"))).toBe("");
  });

  test("hold YAML that can be read, and templates that are valid", () => {
    expect(judgeAll("yaml", judgeYaml)).toEqual([]);
  });

  test("hold JSON that can be read", () => {
    expect(judgeAll("json", judgeJson)).toEqual([]);
  });

  test("hold operations that the GraphQL API takes", () => {
    expect(judgeAll("graphql", judgeOperation)).toEqual([]);
  });

  test("hold commands that exist", async () => {
    const problems: string[] = [];
    for (const { place, code } of blocksIn("sh")) {
      problems.push(...(await judgeShellBlock(code)).map((problem) => `${place}: ${problem}`));
    }
    expect(problems).toEqual([]);
  });

  test("link to what is there", () => {
    expect(documents.flatMap(findBrokenLinks)).toEqual([]);
  });
});

const programs = joinContinuedBlocks(blocksIn("ts", "js")).filter(({ mark }) => mark === "run");

describe.runIf(programs.length > 0)("programs marked to run", () => {
  test.each(programs)("$place ends well", { timeout: 120_000 }, async (block) => {
    const { failed, output } = await runBlock(block);
    expect(failed, output).toBe(false);
  });
});
