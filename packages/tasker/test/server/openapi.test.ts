import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, onTestFinished, test } from "vitest";
import { REFERENCE_ROUTES } from "../../src/api/reference/index.ts";
import { ROUTES } from "../../src/api/routes/index.ts";
import { apiDocument, referenceDocument } from "../../src/openapi/documents.ts";
import { fixedAnswer } from "../../src/server/http/fixed-answer.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { serve } from "./support/serve.ts";

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, unknown>>;
}

function operationsOf(document: object): Operation[] {
  const { paths } = document as { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> };
  return Object.values(paths).flatMap((path) => Object.values(path));
}

test.each([
  ["ours", apiDocument(), ROUTES],
  ["the reference's", referenceDocument(), REFERENCE_ROUTES],
])("the document of %s describes each route once, with what it answers", (_name, document, routes) => {
  const operations = operationsOf(document);
  expect(operations.map(({ operationId }) => operationId).sort()).toEqual(
    Object.values(routes)
      .map(({ id }) => id)
      .sort(),
  );
  for (const { responses } of operations) {
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(["400", "429", "500", "503"]));
  }
});

test.each([
  ["ours", apiDocument()],
  ["the reference's", referenceDocument()],
])("the document of %s is valid OpenAPI 3.1", async (_name, document) => {
  const validator = new Validator();
  expect(await validator.validate(document)).toMatchObject({ valid: true });
  expect(validator.version).toBe("3.1");
});

test("every reference in a document leads to something", () => {
  for (const document of [apiDocument(), referenceDocument()]) {
    const text = JSON.stringify(document);
    for (const [, path = ""] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const found = path.split("/").reduce<unknown>((at, key) => Reflect.get(Object(at), key), document);
      expect(found, path).toBeTypeOf("object");
    }
  }
});

test("ids of routes are the names under which they are listed", () => {
  for (const [name, { id }] of [...Object.entries(ROUTES), ...Object.entries(REFERENCE_ROUTES)]) expect(id).toBe(name);
});

describeOnPostgres("the documents over HTTP", () => {
  test("are made once", () => {
    let made = 0;
    const answer = fixedAnswer(() => ({ made: ++made }));
    expect([answer().text, answer().text]).toEqual(['{"made":1}', '{"made":1}']);
  });

  test("are not sent to those who have them", async () => {
    const database = await openTestDatabase();
    onTestFinished(() => database.close());
    const { url } = await serve(database);
    const address = `${url}/v1/openapi.json`;
    const first = await fetch(address);
    expect(await first.json()).toEqual(apiDocument());
    const tag = first.headers.get("etag") ?? "";
    expect(tag).toMatch(/^(?:W\/)?"[\w-]{22}"$/);

    const status = async (known: string) => (await fetch(address, { headers: { "if-none-match": known } })).status;
    expect(await status(tag)).toBe(304);
    expect(await status(`"other", ${tag.replace(/^W\//, "")}`)).toBe(304);
    expect(await status('"other"')).toBe(200);
    const reference = await fetch(`${url}/v1/openapi-reference.json`);
    expect(reference.headers.get("etag")).not.toBe(tag);
    expect(await reference.json()).toEqual(referenceDocument());
  });
});
