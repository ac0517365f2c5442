import { readFileSync } from "node:fs";
import { buildSchema, findBreakingChanges } from "graphql";
import { describe, expect, test } from "vitest";
import { makeSchema } from "../../../src/graphql/schema/make-schema.ts";
import { printTaskerSchema } from "../../../src/graphql/schema/print-tasker-schema.ts";
import { objectType } from "../../../src/graphql/schema/schema-module.ts";
import { makeTaskerSchema } from "../../../src/graphql/schema/tasker-schema.ts";
import { fieldTable, proofOf, referenceFields } from "./field-table.ts";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const docs = (name: string) => read(`../../../../../docs/${name}`);

describe("the schema", () => {
  test("is the one in docs/schema.graphql", () => {
    expect(docs("schema.graphql"), "run npm run graphql-schema").toBe(printTaskerSchema());
  });

  test("breaks no client of the last release", () => {
    const released = buildSchema(docs("schema.released.graphql"));
    expect(findBreakingChanges(released, makeTaskerSchema())).toEqual([]);
  });

  test("would notice what breaks clients", () => {
    const before = makeTaskerSchema();
    const after = buildSchema(
      printTaskerSchema().replace("  identityHash: String!\n", "").replace("complete: Boolean!", "complete: String"),
    );
    expect(findBreakingChanges(before, after).map(({ description }) => description)).toEqual([
      "Task.identityHash was removed.",
      "Task.complete changed type from Boolean! to String.",
    ]);
  });

  test("describes every type", () => {
    const undescribed = Object.values(makeTaskerSchema().getTypeMap()).filter(
      (type) => !type.name.startsWith("__") && (type.description ?? "") === "",
    );
    expect(undescribed.map(({ name }) => name)).toEqual([]);
  });

  test("is refused if a field has no resolver, or a resolver no field", () => {
    const query = (fields: Record<string, () => string>) =>
      makeSchema([objectType({ type: "Query", sdl: "type Query { a: String b: String }", fields })]);
    expect(() => query({ a: () => "a" })).toThrow("Query.b has no resolver");
    expect(() => query({ a: () => "a", b: () => "b", c: () => "c" })).toThrow("Query.c is resolved and not declared");
  });
});

describe("the table of the reference's fields", () => {
  const fields = referenceFields(makeTaskerSchema());

  test("has all of them, as docs/graphql.md shows it", () => {
    expect(fields.length).toBeGreaterThan(140);
    expect(fields.filter(({ ours }) => ours === null)).toEqual([]);
    expect(docs("graphql.md")).toContain(fieldTable(makeTaskerSchema()));
  });

  test("names tests that there are, and that name the field", () => {
    for (const field of fields) {
      const [file, title] = proofOf(field);
      const text = read(`../${file}`);
      expect(text.includes(`"${title}"`), `${file} has no test "${title}"`).toBe(true);
      const isNamed = new RegExp(`\\b${field.name.split(".")[1]}\\b`).test(text);
      expect(isNamed, `${file} does not name ${field.name}`).toBe(true);
    }
  });
});
