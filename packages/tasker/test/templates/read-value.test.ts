import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { readValue } from "../../src/templates/read-value.ts";
import { formatPath, toPlainValue } from "../../src/templates/source-tree.ts";

const issuesOf = (value: unknown) =>
  readValue(value).issues.map(({ at, message }) => `${formatPath(at.path)}: ${message}`);

test("a JSON value is read as it is, without what is undefined", () => {
  const value = { a: [1, "x", null, true], b: { c: undefined, d: {} } };
  const reading = readValue(value);
  expect(reading.issues).toEqual([]);
  expect(toPlainValue(reading.tree)).toEqual({ a: [1, "x", null, true], b: { d: {} } });
});

test("an object may occur twice, and come from another realm or have no prototype", () => {
  const shared = { x: 1 };
  expect(issuesOf([shared, shared, Object.create(null), runInNewContext("({ a: [1] })")])).toEqual([]);
});

test("what JSON cannot hold is listed with its path", () => {
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  const value = { a: Number.NaN, b: [undefined, () => 1, 1n], c: new Date(0), d: "\0", e: "\uD800", "f\0": 1, loop };
  expect(issuesOf(value)).toEqual([
    "a: found NaN, expected a JSON value",
    "b[0]: found undefined, expected a JSON value",
    "b[1]: found a function, expected a JSON value",
    "b[2]: found a bigint, expected a JSON value",
    "c: found an object of class Date, expected a JSON value",
    "d: found a text with the character U+0000, expected a JSON value",
    "e: found a text with half of a surrogate pair, expected a JSON value",
    '["f\\u0000"]: found a key with the character U+0000, expected a JSON value',
    "loop.self: found an object that contains itself, expected a JSON value",
  ]);
});
