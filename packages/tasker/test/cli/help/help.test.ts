import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { renderMarkdown } from "../../../src/cli/help/render-markdown.ts";
import { TOPIC_NAMES } from "../../../src/cli/help/topics.ts";
import { readOwnPackage } from "../../../src/cli/own-package.ts";
import { plainLine } from "../../../src/cli/render/span.ts";
import { runCaptured } from "../support/captured-io.ts";

const help = (...argv: string[]) => runCaptured(["help", ...argv], { cwd: "/" });

describe("tasker help", () => {
  test("lists commands and topics", async () => {
    const { code, out, err } = await help();
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^Usage: tasker /);
    for (const topic of TOPIC_NAMES) expect(out).toContain(`\n  ${topic} `);
  });

  test("of a command is its help", async () => {
    expect(await help("task", "list")).toEqual(await runCaptured(["task", "list", "--help"], { cwd: "/" }));
    expect((await help("run")).out).toMatch(/^Usage: tasker run /);
  });

  test.each(TOPIC_NAMES)("has a text on %s, no line of which is too long", async (topic) => {
    const { code, out } = await help(topic);
    expect(code).toBe(0);
    expect(out).not.toMatch(/^```|^#|\*\*/m);
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test("has a file for each topic, and no others", () => {
    const files = readdirSync(join(readOwnPackage().directory, "help")).sort();
    expect(files).toEqual(TOPIC_NAMES.map((name) => `${name}.md`).sort());
  });

  test("names the nearest topic or command", async () => {
    expect(await help("retrys")).toMatchObject({ code: 2, err: expect.stringContaining('did you mean "retries"?') });
    expect((await help("task", "lisst")).code).toBe(2);
  });

  test("tables and lists are laid out for the terminal", () => {
    const text =
      "# Title\n\nSome `code` here\n\n| a | b |\n| --- | --- |\n| long cell | `x` |\n\n- one two three four\n";
    expect(renderMarkdown(text, 18).map(plainLine)).toEqual([
      "Title",
      "",
      "Some code here",
      "",
      "  a          b",
      "  long cell  x",
      "",
      "  - one two three",
      "    four",
    ]);
  });

  test("the page of the manual has every command and option; the build has it where the package says", async () => {
    const { out } = await help("--man");
    const built = readFileSync(join(readOwnPackage().directory, "dist/tasker.1"), "utf8");
    expect(built.split("\n").slice(0, 8)).toEqual(out.split("\n").slice(0, 8));
    const { man } = JSON.parse(readFileSync(join(readOwnPackage().directory, "package.json"), "utf8"));
    expect(man).toBe("./dist/tasker.1");
    expect(out).toContain(".SS tasker task list [options]\n");
    expect(out).toContain(".B \\-\\-until\\-idle\n");
    // Where a formatter is installed, it has nothing to complain about.
    const { error, stderr } = spawnSync("groff", ["-man", "-Tascii", "-ww", "-z"], { input: out, encoding: "utf8" });
    if (error === undefined) expect(stderr).toBe("");
  });
});
