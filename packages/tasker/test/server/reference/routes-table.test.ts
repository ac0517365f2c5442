import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { REFERENCE_ROUTES } from "../../../src/api/reference/index.ts";

const DOCUMENT = new URL("../../../../../docs/rest-api-reference.md", import.meta.url);
const ROW = /^\| `(\w+) ([^`]+)` \| `(\w+)` \| (as there|mended|restored) \| `([^`]+)` \|$/gm;

const rows = [...readFileSync(DOCUMENT, "utf8").matchAll(ROW)].map(([, method, path, id, , file = ""]) => ({
  route: `${method} ${path} ${id}`,
  id: id ?? "",
  file: new URL(`../${file}`, import.meta.url),
}));

test("the table of the reference's routes has each of them", () => {
  const routes = Object.values(REFERENCE_ROUTES).map(({ method, path, id }) => `${method} ${path} ${id}`);
  expect(rows.map(({ route }) => route).sort()).toEqual(routes.sort());
});

test.each(rows)("$route has the test that the table names", ({ id, file }) => {
  expect(existsSync(file)).toBe(true);
  expect(readFileSync(file, "utf8")).toContain(`REFERENCE_ROUTES.${id}`);
});
