import { describe, expect, test } from "vitest";
import { EMPTY_OBJECT, StoredJson } from "../../src/engine/stored-json.ts";

describe("stored JSON", () => {
  test("keeps its text and gives the value", () => {
    const stored = new StoredJson('{"a": [1]}');
    expect(stored.text).toBe('{"a": [1]}');
    expect(stored.value).toEqual({ a: [1] });
  });

  test("parses once: the value is the same object at each call", () => {
    const stored = new StoredJson('{"a":1}');
    expect(stored.value).toBe(stored.value);
  });

  test("copies: what a reader changes stays with that reader", () => {
    const stored = new StoredJson('{"a":1}');
    const copy = stored.copy() as { a: number };
    copy.a = 2;
    expect(stored.value).toEqual({ a: 1 });
  });

  test.each([
    [undefined, "null"],
    [null, "null"],
    [0, "0"],
    [{ a: [] }, '{"a":[]}'],
  ])("is made from the parsed value %j", (value, text) => {
    expect(StoredJson.of(value).text).toBe(text);
  });

  test("of a null value is parsed once as well", () => {
    expect(new StoredJson("null").value).toBeNull();
    expect(EMPTY_OBJECT.value).toEqual({});
  });
});
