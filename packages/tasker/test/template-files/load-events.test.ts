import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { loadEventFiles } from "../../src/template-files/load-events.ts";

const declare = (name: string) => `events: {custom: {a: {constant: ${name}}}}\n`;

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "tasker-events-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

describe("files that declare events", () => {
  test("are those that are named, and those of directories in the order of their names", async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, "events", "deeper"), { recursive: true });
    writeFileSync(join(directory, "events", "b.yml"), declare("b.b"));
    writeFileSync(join(directory, "events", "a.yaml"), declare("a.a"));
    writeFileSync(join(directory, "events", "notes.txt"), "none");
    writeFileSync(join(directory, "events", "deeper", "c.yml"), declare("c.c"));
    writeFileSync(join(directory, "own.yml"), declare("own.event"));
    const events = await loadEventFiles([join(directory, "own.yml"), join(directory, "events")]);
    expect(events.map(({ name }) => name)).toEqual(["own.event", "a.a", "b.b"]);
  });

  test("are refused together, with everything that is wrong in any of them", async () => {
    const directory = temporaryDirectory();
    const [first, second, third, missing] = ["a.yml", "b.yml", "c.yml", "d.yml"].map((name) => join(directory, name));
    writeFileSync(first ?? "", declare("a.a"));
    writeFileSync(second ?? "", declare("a.a"));
    writeFileSync(third ?? "", declare("none"));
    await expect(loadEventFiles([directory, missing ?? ""])).rejects.toThrow(
      new RegExp(
        [
          `^${second}:1:1: a.a: found the event a.a, which ${first}:1 declares, expected each once`,
          `${third}:1:33: .*found the name "none", expected a name with a dot inside.*`,
          `${missing}:1:1: found no such file, expected declarations of events in YAML$`,
        ].join("\n"),
      ),
    );
  });
});
