import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { runCommandLine } from "../../../src/cli/command-line.ts";
import { CapturedIo } from "../support/captured-io.ts";
import { WorkDirectory } from "../support/work-directory.ts";

const FILE = `version: 1
cache:
  default_ttl: 60
telemetry:
  prometheus: {username: me, password: hush}
environments:
  production: {backoff: {max_backoff_seconds: 60}}
`;

async function config(argv: readonly string[], files: Readonly<Record<string, string>> = { "tasker.yaml": FILE }) {
  using directory = new WorkDirectory(files);
  const io = new CapturedIo({ cwd: directory.path, env: { TASKER_CACHE__MIN_ADAPTIVE_TTL: "10" } });
  const code = await runCommandLine(["config", ...argv], io);
  return { code, out: io.out, err: io.err };
}

describe("tasker config", () => {
  test("show prints every option, where it comes from, and no secret", async () => {
    const { code, out } = await config(["show", "--origin"]);
    expect(code).toBe(0);
    const lines = out.split("\n").map((line) => line.trim().split(/\s{2,}/));
    expect(lines).toContainEqual(["cache.default_ttl", "60", "tasker.yaml:3"]);
    expect(lines).toContainEqual(["cache.min_adaptive_ttl", "10", "TASKER_CACHE__MIN_ADAPTIVE_TTL"]);
    expect(lines).toContainEqual(["backoff.max_backoff_seconds", "300", "default"]);
    expect(lines).toContainEqual(["telemetry.prometheus.password", '"[secret]"', "tasker.yaml:5"]);
    expect(out).not.toContain("hush");
  });

  test("show prints JSON for programs", async () => {
    const { out } = await config(["show", "--json", "--origin"]);
    const shown = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(shown).toContainEqual({ path: "cache.default_ttl", value: 60, origin: "tasker.yaml:3" });
  });

  test("validate tells that all is right, or all that is wrong", async () => {
    expect(await config(["validate"])).toEqual({
      code: 0,
      out: "the configuration for development is right: 4 options from tasker.yaml, TASKER_CACHE__MIN_ADAPTIVE_TTL\n",
      err: "",
    });
    const wrong = { "shop.yaml": "version: 1\ncache: {default_ttl: soon}\nbackof: {}\n" };
    const { code, err } = await config(["validate", "--config", "shop.yaml"], wrong);
    expect(code).toBe(1);
    expect(err.split("\n")).toEqual([
      'error TASKER_CONFIGURATION: shop.yaml:2: cache.default_ttl is "soon", expected a whole number from 1 to 2147483647',
      'error TASKER_CONFIGURATION: shop.yaml:3: backof is {}, expected a key that is known (did you mean "backoff"?)',
      "",
    ]);
  });

  test("explain tells what an option is for, and what it is", async () => {
    const { out } = await config(["explain", "cache.default_ttl"]);
    expect(out.split("\n")).toEqual([
      "cache.default_ttl: time to live of what is cached without another one",
      "type: a whole number of 1 or more, in seconds",
      "default: 300",
      "now: 60, from tasker.yaml:3",
      "variable: TASKER_CACHE__DEFAULT_TTL",
      "a change takes effect in running processes",
      "",
    ]);
    expect((await config(["explain", "cache.defualt_ttl"])).err).toContain('did you mean "cache.default_ttl"?');
  });

  test("schema prints a JSON Schema that takes what is right and refuses what is not", async () => {
    const { out } = await config(["schema"]);
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(JSON.parse(out));
    expect([validate(parse(FILE)), validate.errors]).toEqual([true, null]);
    for (const wrong of ["{version: 1, cache: {ttl: 1}}", "{cache: {}}", "{version: 1, environments: {a: {b: {}}}}"]) {
      expect(validate(parse(wrong))).toBe(false);
    }
  });

  test("migrate prints what an old file becomes, or writes it", async () => {
    const old = { "old.yaml": "default_ttl: 60\n" };
    const { out, err } = await config(["migrate", "old.yaml"], old);
    expect(out).toBe("version: 1\ncache:\n  default_ttl: 60\n");
    expect(err).toBe("default_ttl is cache.default_ttl\nset version to 1\n");
    expect(await config(["migrate", "old.yaml", "--write"], old)).toMatchObject({ code: 0, out: "" });
    expect(await config(["migrate", "none.yaml"], old)).toMatchObject({ code: 2 });
  });
});
