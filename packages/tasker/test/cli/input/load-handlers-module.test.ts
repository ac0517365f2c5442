import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { importHandlersModule } from "../../../src/cli/input/load-handlers-module.ts";
import { WorkDirectory } from "../support/work-directory.ts";

async function importText(file: string, text: string): Promise<readonly string[]> {
  using directory = new WorkDirectory({ [file]: text });
  const module = await importHandlersModule(directory.path, join(directory.path, file));
  return Object.keys(module).sort();
}

describe("names that a module of handlers gives", () => {
  test("its exports", async () => {
    expect(await importText("a.mjs", "export class Charge {} export const Refund = () => 1;")).toEqual([
      "Charge",
      "Refund",
    ]);
  });

  test("the keys of an object that is its default export, unless they are exported by name", async () => {
    expect(await importText("b.mjs", "export default { Charge() {} }; export class Refund {}")).toEqual([
      "Charge",
      "Refund",
    ]);
    using directory = new WorkDirectory({ "c.mjs": "export default { A: 1 }; export const A = 2;" });
    expect(await importHandlersModule(directory.path, join(directory.path, "c.mjs"))).toMatchObject({ A: 2 });
  });

  test("the name of a class or function that is its default export", async () => {
    expect(await importText("d.mjs", "export default class Charge {}")).toEqual(["Charge", "default"]);
  });

  test("what a CommonJS module exports, however it says so", async () => {
    expect(await importText("f.cjs", "module.exports = { Charge: () => 1 };")).toEqual(["Charge"]);
    expect(await importText("g.cjs", "exports['Char' + 'ge'] = () => 1;")).toEqual(["Charge"]);
    expect(await importText("e.cjs", "module.exports = class Charge {};")).toEqual(["Charge", "default"]);
  });
});
