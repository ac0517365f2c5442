import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readContext } from "../../../src/cli/input/read-context.ts";
import { WorkDirectory } from "../support/work-directory.ts";

describe("--context", () => {
  test("is JSON text if it begins with a brace", async () => {
    expect(await readContext("/", ' {"order": 7}')).toEqual({ order: 7 });
  });

  test("is the name of a file otherwise; a byte order mark is no part of it", async () => {
    using directory = new WorkDirectory({ "order.json": '\ufeff{"order": 8}' });
    expect(await readContext(directory.path, "order.json")).toEqual({ order: 8 });
  });

  test.each([
    ["missing.json", "cannot read the context 'missing.json': there is no such file"],
    [".", "cannot read the context '.': it is a directory"],
    ["broken.json", `broken.json:2:8: not JSON: found "oops", expected a value`],
    ["list.json", "list.json holds an array, expected a JSON object"],
    ["null.json", "null.json holds null, expected a JSON object"],
    ["text.json", "text.json holds a string, expected a JSON object"],
    ["[1]", "--context holds an array, expected a JSON object"],
    ['{"a": }', `--context:1:7: not JSON: found "}", expected a value`],
  ])("%s is refused", async (value, message) => {
    using directory = new WorkDirectory({
      "broken.json": '{\n  "a": oops\n}',
      "list.json": "[]",
      "null.json": "null",
      "text.json": '"x"',
    });
    await expect(readContext(directory.path, value)).rejects.toMatchObject({ code: "TASKER_USAGE", message });
  });

  test("a file that is not UTF-8 is refused", async () => {
    using directory = new WorkDirectory({ "latin1.json": "" });
    writeFileSync(join(directory.path, "latin1.json"), Buffer.from('{"name": "Zoë"}', "latin1"));
    await expect(readContext(directory.path, "latin1.json")).rejects.toThrow("it is not UTF-8");
  });
});
