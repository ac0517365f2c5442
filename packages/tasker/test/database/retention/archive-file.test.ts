import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openArchiveFile } from "../../../src/database/retention/archive-file.ts";

const line = (number: number) => `{"archive_version":1,"task":{"task_id":${number},"text":"${"é".repeat(number)}"}}`;

describe.each([
  ["a plain archive", "old.jsonl", (bytes: Buffer) => bytes],
  ["a compressed archive", "old.jsonl.gz", (bytes: Buffer) => gunzipSync(bytes)],
])("%s", (_kind, name, unpack) => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "tasker-archive-"));
    path = join(directory, name);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const append = async (...batches: number[][]) => {
    const archive = await openArchiveFile(path);
    for (const batch of batches) await archive.append(batch.map(line));
    await archive.close();
    await archive.close();
  };
  const content = () => unpack(readFileSync(path)).toString("utf8");
  const lines = (...numbers: number[]) => numbers.map((number) => `${line(number)}\n`).join("");

  test("holds one line a task, and is gone on with", async () => {
    await append([1, 2], [3]);
    await append([4]);
    expect(content()).toBe(lines(1, 2, 3, 4));
  });

  test("is readable by its owner alone: contexts can be confidential", async () => {
    await append([1]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("is left alone by a run without anything to archive", async () => {
    await append();
    expect(readFileSync(path)).toHaveLength(0);
  });

  test("that was cut off anywhere loses the batch that was under way, and nothing before it", async () => {
    await append([1, 2]);
    const whole = statSync(path).size;
    await append([70, 80]);
    const all = readFileSync(path);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: whole, max: all.length - 1 }), async (cut) => {
        writeFileSync(path, all.subarray(0, cut));
        await append([9]);
        const kept = content()
          .split("\n")
          .filter((text) => text !== "");
        expect(kept.slice(0, 2)).toEqual([line(1), line(2)]);
        expect(kept.at(-1)).toBe(line(9));
        // Of a plain file, the lines that had been written are kept.
        expect([[], [line(70)], [line(70), line(80)]]).toContainEqual(kept.slice(2, -1));
      }),
      { numRuns: 60 },
    );
  });

  test("whose end is zeros, as a power cut leaves it, is gone on with before them", async () => {
    await append([1]);
    appendFileSync(path, Buffer.alloc(5000));
    await append([2]);
    expect(content()).toBe(lines(1, 2));
  });

  test("does not take a file that holds something else", async () => {
    for (const foreign of ["name,value\n1,2\n", "x", '{"a": 1}\n', "\n"]) {
      for (const bytes of [Buffer.from(foreign), gzipSync(foreign)]) {
        writeFileSync(path, bytes);
        await expect(openArchiveFile(path)).rejects.toThrow(
          `the archive '${path}' holds something else: name another file`,
        );
        expect(readFileSync(path)).toEqual(bytes);
      }
    }
  });

  test("notices that somebody else writes to it", async () => {
    const archive = await openArchiveFile(path);
    await archive.append([line(1)]);
    await append([2]);
    await expect(archive.append([line(3)])).rejects.toMatchObject({ code: "TASKER_ARCHIVE", context: { path } });
    await archive.close();
    expect(content()).toBe(lines(1, 2));
  });

  test("says why it cannot be used", async () => {
    await expect(openArchiveFile(join(directory, "none", name))).rejects.toThrow("there is no such directory");
    mkdirSync(path);
    await expect(openArchiveFile(path)).rejects.toThrow("it is a directory");
  });
});

test("an archive that is not a file is refused", async () => {
  await expect(openArchiveFile("/dev/null")).rejects.toThrow("the archive '/dev/null' is not a file");
});

test("a last line without its line break, as an editor leaves it, is kept", async () => {
  const directory = mkdtempSync(join(tmpdir(), "tasker-archive-"));
  try {
    const path = join(directory, "old.jsonl");
    writeFileSync(path, `${line(1)}\n${line(2)}`);
    const archive = await openArchiveFile(path);
    await archive.append([line(3)]);
    await archive.close();
    expect(readFileSync(path, "utf8")).toBe(`${line(1)}\n${line(2)}\n${line(3)}\n`);
    truncateSync(path, 0);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
