import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = new URL("../..", import.meta.url).pathname;
const LINE = /^\| (A\d+|W-\d+) \| ([^|]+) \| (.+) \|$/gm;
const FILE = /`([^`]+\.test\.ts)`((?:,? "(?:[^"])*")*)/g;

interface Row {
  readonly id: string;
  readonly proof: string;
}

function rowsOf(file: string): readonly Row[] {
  return [...readFileSync(join(ROOT, file), "utf8").matchAll(LINE)].map(([, id = "", , proof = ""]) => ({ id, proof }));
}

const acceptance = rowsOf("docs/acceptance.md");
const telemetry = rowsOf("docs/observability/weaknesses.md");
const interfaces = rowsOf("docs/interface-weaknesses.md");
const rows = [...acceptance, ...telemetry, ...interfaces];

/** The files and the names of tests that a line names. */
function referencesIn(proof: string): { readonly file: string; readonly names: readonly string[] }[] {
  return [...proof.matchAll(FILE)].map(([, file = "", names = ""]) => ({
    file: file.startsWith("examples/") ? file : `packages/tasker/test/${file}`,
    names: [...names.matchAll(/"([^"]*)"/g)].map(([, name = ""]) => name),
  }));
}

/** Whether a file has a test or a group of tests of this name, as a text of the source in any quotes. */
function hasTest(source: string, name: string): boolean {
  return ['"', "'", "`"].some((quote) => source.includes(`${quote}${name}${quote}`));
}

test("every behaviour and every weakness has one line, in order", () => {
  const expected = [
    ...Array.from({ length: 91 }, (_, place) => `A${place + 1}`),
    ...Array.from({ length: 78 }, (_, place) => `W-${place + 1}`),
  ];
  expect(acceptance.map(({ id }) => id)).toEqual(expected);
});

test("every weakness of events, telemetry and logs has one line, in order", () => {
  const ids = [1, 5, ...range(6, 26), ...range(31, 38), 55, 57, 58];
  expect(telemetry.map(({ id }) => id)).toEqual(ids.map((id) => `W-${id}`));
});

test("every weakness of the interfaces, authorization, the cache and the configuration has one line, in order", () => {
  const ids = [2, 3, 4, ...range(27, 30), ...range(39, 54), 56, 59, 60];
  expect(interfaces.map(({ id }) => id)).toEqual(ids.map((id) => `W-${id}`));
});

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, place) => first + place);
}

test("every line names a test, or says why ours is otherwise or what is missing", () => {
  const silent = rows.filter(({ proof }) => !/Otherwise: |Missing/.test(proof) && referencesIn(proof).length === 0);
  expect(silent).toEqual([]);
});

test("every file and every test that a line names exists", () => {
  const problems = rows.flatMap(({ id, proof }) =>
    referencesIn(proof).flatMap(({ file, names }) => {
      if (!existsSync(join(ROOT, file))) return [`${id}: ${file} does not exist`];
      if (names.length === 0) return [`${id}: ${file} is named without a test`];
      const source = readFileSync(join(ROOT, file), "utf8");
      return names.filter((name) => !hasTest(source, name)).map((name) => `${id}: ${file} has no test "${name}"`);
    }),
  );
  expect(problems).toEqual([]);
});
