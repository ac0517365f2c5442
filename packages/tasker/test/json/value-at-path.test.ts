import { expect, test } from "vitest";
import { valueAtPath } from "../../src/json/value-at-path.ts";

test("a path names members and places in lists", () => {
  const value = { orders: [{ id: 1 }, { id: 2, "": "empty" }], none: null };
  expect(valueAtPath(value, "")).toBe(value);
  expect(valueAtPath(value, "orders.1.id")).toBe(2);
  expect(valueAtPath(value, "orders.1.")).toBe("empty");
  expect(valueAtPath(value, "none")).toBe(null);
});

test("a path that leads nowhere gives undefined, also where a prototype or a length would be found", () => {
  const value = { orders: [1, 2], text: "abc", none: null };
  for (const path of ["order", "orders.2", "orders.length", "text.0", "none.x", "__proto__", "constructor.name"]) {
    expect(valueAtPath(value, path), path).toBe(undefined);
  }
});
