import { describe, expect, test } from "vitest";
import { identityHash } from "../../src/engine/identity.ts";

describe("the identity of a task", () => {
  test("is a new one for each request without key", () => {
    expect(identityHash("shop", "order", undefined)).not.toBe(identityHash("shop", "order", undefined));
  });

  test("is the same for the same key, template and namespace", () => {
    expect(identityHash("shop", "order", "17")).toBe(identityHash("shop", "order", "17"));
    expect(identityHash("shop", "order", "17")).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each([
    ["namespace", "store", "order", "17"],
    ["name", "shop", "return", "17"],
    ["key", "shop", "order", "18"],
    ["place where name and key meet", "shop", "order1", "7"],
  ])("differs by %s", (_what, namespace, name, key) => {
    expect(identityHash(namespace, name, key)).not.toBe(identityHash("shop", "order", "17"));
  });
});
