import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseCommandLine, UsageError } from "../command-line.ts";

describe("the command line", () => {
  test("without names runs the default benchmarks once", () => {
    expect(parseCommandLine([])).toEqual({
      names: ["resolver", "W1", "W1-defaults", "W2", "W3", "W4"],
      json: false,
      repeat: 1,
      minutes: 30,
      plot: null,
      databaseUrl: null,
      help: false,
    });
  });

  test("runs what is named, once each, in the order of the list", () => {
    const command = parseCommandLine(["W3", "W1", "W3", "--json", "--repeat", "5", "--database-url", "postgres://h/d"]);
    expect(command).toMatchObject({ names: ["W1", "W3"], json: true, repeat: 5, databaseUrl: "postgres://h/d" });
  });

  test.each([
    [["w1"], /unknown benchmark 'w1', expected one of machine, resolver, readiness/],
    [["--fast"], /--fast/],
    [["--repeat"], /--repeat/],
    [["--repeat", "0"], /--repeat is '0', expected a whole number of 1 or more/],
    [["--repeat", "1.5"], /--repeat is '1.5'/],
    [["--minutes", "0"], /--minutes is '0', expected a number greater than 0/],
    [["--database-url", "secret"], /--database-url cannot be read, expected postgres:/],
  ])("%j is refused in one line", (args, message) => {
    expect(() => parseCommandLine(args)).toThrow(UsageError);
    expect(() => parseCommandLine(args)).toThrow(message);
    expect(() => parseCommandLine(args)).toThrow(/^.*$/);
  });

  test("a refusal never repeats the URL, which may hold a password", () => {
    expect(() => parseCommandLine(["--database-url", "mysql://u:secret@h/d"])).toThrow(/^(?!.*secret)/);
  });

  test.each([
    [["nonsense"], 2, /^bench: unknown benchmark 'nonsense'.*\n$/],
    [["W1", "--database-url", "postgres://postgres@127.0.0.1:1/none"], 1, /^bench: .*ECONNREFUSED.*\n$/],
  ])("%j ends with exit code %i and one line", (args, exitCode, line) => {
    const main = join(import.meta.dirname, "../main.ts");
    const { status, stderr, stdout } = spawnSync(process.execPath, [main, ...args], { encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: exitCode, stdout: "" });
    expect(stderr).toMatch(line);
  });
});
