import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { REFERENCE_ROUTES } from "../../../src/api/reference/index.ts";
import type { Route } from "../../../src/api/route.ts";

const DOCUMENT = new URL("../../../../../docs/rest-api-reference.md", import.meta.url);
const ROW = /^\| `(\w+) ([^`]+)` \| `(\w+)` \| ([\d,; ]+) \| (as there|mended|restored) \| (.+) \|$/gm;
const PROOF = /`([^`]+\.test\.ts)`((?:,? "[^"]*")+)/g;

const rows = [...readFileSync(DOCUMENT, "utf8").matchAll(ROW)].map(
  ([, method, path, id = "", answers = "", , proofs = ""]) => ({ method, path, id, answers, proofs }),
);
const routes = new Map<string, Route>(Object.values(REFERENCE_ROUTES).map((route) => [route.id, route]));

/** Statuses that every route may answer, or every one that is not for everybody: they stand before the table. */
const OF_ALL = [400, 401, 403, 429];

/** What a route answers, as the table says it: the statuses of success, and behind a semicolon those of refusals. */
function answersOf({ statuses, errors }: Route): string {
  const refusals = errors.filter((status) => !OF_ALL.includes(status)).sort();
  return [statuses.join(", "), ...(refusals.length === 0 ? [] : [refusals.join(", ")])].join("; ");
}

test("the table of the reference's routes has each of them, and GraphQL", () => {
  const expected = [...routes.values()].map(({ method, path, id }) => `${method} ${path} ${id}`);
  const told = rows.map(({ method, path, id }) => `${method} ${path} ${id}`);
  expect(told.sort()).toEqual([...expected, "POST /graphql graphql"].sort());
});

test.each(rows)("$method $path answers what the table says, and has the tests that it names", ({
  id,
  answers,
  proofs,
}) => {
  const route = routes.get(id);
  if (route !== undefined) expect(answers).toBe(answersOf(route));
  const named = [...proofs.matchAll(PROOF)];
  expect(named.length).toBeGreaterThan(0);
  for (const [, file = "", titles = ""] of named) {
    const text = readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
    for (const [, title] of titles.matchAll(/"([^"]*)"/g)) expect(text, file).toContain(`test("${title}"`);
  }
});
