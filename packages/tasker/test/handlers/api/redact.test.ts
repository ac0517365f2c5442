import { describe, expect, test } from "vitest";
import { Redaction } from "../../../src/handlers/api/redact.ts";
import type { JsonValue } from "../../../src/json/json-value.ts";
import { REDACTED } from "../../../src/secrets/mask-path.ts";

describe("redaction", () => {
  test("masks headers that carry secrets as a rule, and those that are named", () => {
    const redaction = new Redaction(["X-Vendor-Key"]);
    expect(redaction.headers({ Authorization: "Bearer a", "x-vendor-key": "b", "x-other": "c" })).toEqual({
      Authorization: REDACTED,
      "x-vendor-key": REDACTED,
      "x-other": "c",
    });
  });

  test.each<[string, JsonValue, JsonValue]>([
    ["a", { a: 1, b: 2 }, { a: REDACTED, b: 2 }],
    ["a.b", { a: { b: { c: 1 } }, b: 2 }, { a: { b: REDACTED }, b: 2 }],
    ["a.b", { a: 5 }, { a: 5 }],
    ["*.t", [{ t: 1 }, { u: 2 }, 3], [{ t: REDACTED }, { u: 2 }, 3]],
    ["1", [1, 2, 3], [1, REDACTED, 3]],
    ["**.t", { t: 1, a: [{ t: 2, b: { t: { t: 3 } } }] }, { t: REDACTED, a: [{ t: REDACTED, b: { t: REDACTED } }] }],
    ["a", null, null],
    ["a", 7, 7],
    ["a", "text", REDACTED],
  ])("masks %s in a body", (path, body, masked) => {
    expect(new Redaction([], [path]).body(body)).toEqual(masked);
  });

  test("leaves a body as it is where no place is named", () => {
    expect(new Redaction().body("text")).toBe("text");
  });
});
