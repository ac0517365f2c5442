import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, test } from "vitest";
import { REFERENCE_ROUTES } from "../../src/api/reference/index.ts";
import { ROUTES } from "../../src/api/routes/index.ts";
import { apiDocument, referenceDocument } from "../../src/openapi/documents.ts";

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
