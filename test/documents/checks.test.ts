import { beforeAll, describe, expect, test } from "vitest";
import { judgeJson, judgeYaml } from "./check-data.ts";
import { judgeShellBlock } from "./check-shell.ts";
import { checkTypes, joinContinuedBlocks, runBlock } from "./check-typescript.ts";
import { type CodeBlock, findCodeBlocks, judgeFence } from "./code-blocks.ts";
import { findBrokenLinks } from "./find-broken-links.ts";
import { splitCommands } from "./shell-words.ts";

function block(info: string, code = "", path = "guide.md"): CodeBlock {
  const [found] = findCodeBlocks({ path, text: `\`\`\`${info}\n${code}\n\`\`\`\n` });
  if (found === undefined) throw new Error(`no block in ${info}`);
  return found;
}

describe("code blocks", () => {
  test("are found with place, language and mark, also in a list", () => {
    const text = "# A\n\n```ts run\nf();\n```\n\n- item\n  ```sh\n  npm ci\n  ```\n";
    expect(findCodeBlocks({ path: "a.md", text })).toEqual([
      { place: "a.md:3", document: "a.md", language: "ts", mark: "run", code: "f();\n", isAdjacent: false },
      { place: "a.md:8", document: "a.md", language: "sh", mark: "", code: "npm ci\n", isAdjacent: false },
    ]);
  });

  test.each([
    "ts",
    "ts run",
    "ts continues",
    "yaml",
    "text",
    "sh unchecked: needs a second machine",
  ])("may open with %s", (info) => {
    expect(judgeFence(block(info))).toBeNull();
  });

  test.each([
    "",
    "typescript",
    "ts ignore-check",
    "ts unchecked",
    "ts unchecked:",
    "ts unchecked: no",
    "yaml run",
    "text run",
  ])("may not open with '%s'", (info) => {
    expect(judgeFence(block(info))).not.toBeNull();
  });
});

describe("programs", () => {
  let complaints: readonly string[];

  /** Those of several documents at once: the compiler takes seconds to start. */
  beforeAll(async () => {
    const output = await checkTypes([
      block("ts", 'import { buildGraph } from "tasker";\nconst build = buildGraph;', "good.md"),
      block("ts continues", "console.log(build);", "good.md"),
      block("js", 'import { VERSION } from "tasker";\nconsole.log(VERSION.length);', "good.md"),
      block("ts", 'const a: number = "text";', "bad.md"),
      block("ts", 'import { noSuchThing } from "tasker";', "bad.md"),
      block("js", "(1).toUpperCase();", "bad.md"),
      block("ts", "const shared = 1;", "apart.md"),
      block("ts", "shared;", "apart.md"),
    ]);
    complaints = output.match(/^\S.*$/gm) ?? [];
  }, 120_000);

  test("may use the package and continue each other", () => {
    expect(complaints.filter((line) => !/^(?:bad|apart)\.md:/.test(line))).toEqual([]);
  });

  test("are refused with their place when a type, a name or an import is wrong", () => {
    expect(complaints.filter((line) => line.startsWith("bad.md:"))).toEqual([
      expect.stringMatching(/^bad\.md:1\(\d+,\d+\): error TS2322/),
      expect.stringMatching(/^bad\.md:1\(\d+,\d+\): error TS2305/),
      expect.stringMatching(/^bad\.md:1\(\d+,\d+\): error TS2339/),
    ]);
  });

  test("do not see each other's names", () => {
    expect(complaints.filter((line) => line.startsWith("apart.md:"))).toEqual([
      expect.stringContaining("Cannot find name 'shared'"),
    ]);
  });

  test("cannot continue nothing", () => {
    expect(() => joinContinuedBlocks([block("ts continues")])).toThrow("guide.md:1");
  });

  test("that are marked run, and must end well", { timeout: 120_000 }, async () => {
    const good = block(
      "ts run",
      'import { VERSION } from "tasker";\nconst text: string = VERSION;\nconsole.log(text);',
    );
    expect(await runBlock(good)).toMatchObject({ failed: false });
    const bad = block("ts run", 'throw new Error("stop here");');
    expect(await runBlock(bad)).toMatchObject({
      failed: true,
      output: expect.stringContaining("stop here"),
    });
  });
});

describe("shell blocks", () => {
  test("are split into commands and words", () => {
    const text =
      "# comment\n$ A=1 npx tasker run x.yaml --context '{\"a\": 1}' # why\nnpm ci && npm \\\n  test > log\nB=$(tasker health | jq .a)\n";
    expect(splitCommands(text)).toEqual([
      ["npx", "tasker", "run", "x.yaml", "--context", '{"a": 1}'],
      ["npm", "ci"],
      ["npm", "test"],
      ["tasker", "health"],
      ["jq", ".a"],
    ]);
  });

  test.each([
    "npm ci",
    "npm start -- --once",
    "npm run lint",
    "npm run --silent bench -- W1 --json",
    "npx tasker task show 1",
    "npx tasker --data somewhere run examples/ecommerce/process-order.yaml --context '{}' --watch",
    "tasker help",
    "tasker --help",
    "npx vitest run test",
    "npx -c 'npm test && npx tasker migrate'",
    "git clone https://example.com/tasker.git",
  ])("accept %s", async (command) => {
    expect(await judgeShellBlock(command)).toEqual([]);
  });

  test.each([
    ["npm run deploy", "npm has no script deploy"],
    ["npx tasker launch x.yaml", "tasker has no command launch"],
    ["npx tasker task show 1 --verbose", "tasker task show has no option --verbose"],
    ["npx tasker task show 1 2", "takes 1 to 1 arguments, not 2"],
    ["npx tasker run", "arguments, not 0"],
    ["npx tasker migrate --data", "--data needs a value"],
    ["npx no-such-tool", "no such tool"],
    ["npx -c 'npm run deploy'", "npm has no script deploy"],
    ["make", "not a program that documents may use"],
    ["node scripts/absent.mjs", "scripts/absent.mjs: no such file"],
  ])("refuse %s", async (command, message) => {
    expect((await judgeShellBlock(command)).join("\n")).toContain(message);
  });
});

describe("data blocks", () => {
  test("hold any YAML, and templates only if they are valid", () => {
    expect(judgeYaml("a: [1, 2]\n")).toBeNull();
    expect(judgeYaml("a: [1, 2\n")).not.toBeNull();
    expect(judgeYaml("name: a\nstep_templates: []\nversion: 1\n")).toContain("version");
  });

  test("hold JSON", () => {
    expect(judgeJson('{"a": 1}')).toBeNull();
    expect(judgeJson("{a: 1}")).not.toBeNull();
  });
});

test("links lead to files and headings that are there", () => {
  const text = `# Here: we go
[a](LICENSE) [b](docs) [c](https://example.com) [d](#here-we-go)
[e](absent.md) [f](#nowhere) [g](docs/errors.md#nowhere)`;
  expect(findBrokenLinks({ path: "CONTRIBUTING.md", text })).toEqual([
    "CONTRIBUTING.md links to absent.md, which does not exist",
    "CONTRIBUTING.md links to #nowhere: no such heading",
    "CONTRIBUTING.md links to docs/errors.md#nowhere: no such heading",
  ]);
});
