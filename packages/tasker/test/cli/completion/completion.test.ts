import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, test } from "vitest";
import { runCaptured } from "../support/captured-io.ts";
import { WorkDirectory } from "../support/work-directory.ts";

/** What a line offers where its last word ends, and the line up to there. */
const OFFERS: readonly (readonly [line: string, offered: readonly string[]])[] = [
  ["tasker ta", ["task"]],
  ["tasker task li", ["list"]],
  ["tasker task list --sta", ["--state"]],
  ["tasker task list --state re", ["resolved_manually"]],
  ["tasker task list --limit 5 --state in", ["in_progress"]],
  ["tasker task list --database-u", ["--database-url"]],
  ["tasker --data x task sho", ["show"]],
  ["tasker generate authenticator a --type j", ["jwt"]],
  ["tasker completion f", ["fish"]],
  ["tasker run --context o", ["order.json", "order.yaml"]],
  ["tasker run order.y", ["order.yaml"]],
  ["tasker work --templates t", ["tasks"]],
];

const FILES = { "order.json": "{}", "order.yaml": "", "tasks/x.yaml": "" };

async function scriptFor(shell: string): Promise<string> {
  const { code, out, err } = await runCaptured(["completion", shell], { cwd: "/" });
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return out;
}

/** Runs a shell, if it is installed here; null if not. */
function runShell(shell: string, argv: readonly string[], cwd: string): string | null {
  const { error, status, stdout, stderr } = spawnSync(shell, argv, { cwd, encoding: "utf8" });
  if (error !== undefined) return null;
  expect({ status, stderr }, stdout).toEqual({ status: 0, stderr: "" });
  return stdout;
}

describe("tasker completion", () => {
  let script: string;

  beforeAll(async () => {
    script = await scriptFor("bash");
  });

  test.each(OFFERS)("bash: %s", (line, offered) => {
    using directory = new WorkDirectory({ ...FILES, "tasker.bash": script });
    const words = line.split(" ");
    const ask = `source ./tasker.bash
      COMP_WORDS=(${words.join(" ")}); COMP_CWORD=${words.length - 1}
      _tasker; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const found = runShell("bash", ["--norc", "-c", ask], directory.path);
    expect(found?.trim().split("\n").sort()).toEqual(offered);
  });

  test("bash: a value behind an equals sign, which is a word of its own there", () => {
    using directory = new WorkDirectory({ "tasker.bash": script });
    const ask = `source ./tasker.bash
      COMP_WORDS=(tasker task list --state = canc); COMP_CWORD=5
      _tasker; printf '%s\\n' "\${COMPREPLY[@]}"`;
    expect(runShell("bash", ["--norc", "-c", ask], directory.path)).toBe("cancelled\n");
  });

  test("every command and option of the program is in each of the scripts", async () => {
    const all = await Promise.all(["bash", "zsh", "fish"].map(scriptFor));
    for (const text of all) {
      for (const word of [
        "dead-letter",
        "check-environment",
        "until-idle",
        "adopt-source-system",
        "resolved_manually",
      ]) {
        expect(text).toContain(word);
      }
    }
  });

  test("fish offers the same, where it is installed", async () => {
    using directory = new WorkDirectory({ ...FILES, "tasker.fish": await scriptFor("fish") });
    for (const [line, offered] of OFFERS) {
      const found = runShell(
        "fish",
        ["--no-config", "-c", `source tasker.fish; complete -C '${line}'`],
        directory.path,
      );
      if (found === null) return;
      const words = found
        .trim()
        .split("\n")
        .map((each) => each.split("\t")[0]?.replace(/\/$/, ""));
      expect(words.sort(), line).toEqual(offered);
    }
  });

  test("zsh offers the same, where it is installed", async () => {
    using directory = new WorkDirectory({ ...FILES, _tasker: await scriptFor("zsh") });
    // What the functions of the completion system would be asked for, without a terminal.
    const stubs = `
      compdef() { : }
      compset() { : }
      _describe() { local name="\${@[-1]}"; print -l -- "\${(@)\${(@P)name}%%:*}" }
      compadd() { shift; print -l -- "$@" }
      _files() { [[ $1 == -/ ]] && print -l -- *(/) || print -l -- * }`;
    for (const [line, offered] of OFFERS) {
      const words = line.split(" ");
      const ask = `${stubs}\nsource ./_tasker; words=(${words.join(" ")}); CURRENT=${words.length}; _tasker`;
      const found = runShell("zsh", ["-f", "-c", ask], directory.path);
      if (found === null) return;
      const last = words.at(-1) ?? "";
      const fitting = found
        .trim()
        .split("\n")
        .filter((word) => word.startsWith(last));
      expect(fitting.sort(), line).toEqual(offered);
    }
  });

  test("a shell that is not known is a mistake", async () => {
    const { code, err } = await runCaptured(["completion", "tcsh"], { cwd: "/" });
    expect({ code, err }).toEqual({ code: 2, err: "error TASKER_USAGE: shell is 'tcsh', expected bash, zsh, fish\n" });
  });
});
