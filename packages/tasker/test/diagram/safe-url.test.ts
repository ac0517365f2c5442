import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { safeUrl } from "../../src/diagram/safe-url.ts";

describe("a URL of a diagram", () => {
  test.each([
    "http://host/tasks/1",
    "HTTPS://host:3000/a?b=c&d=[e]#f",
    "/tasks/1",
    "tasks/1:2",
    "../a",
    "?page=2",
    "#step",
    "/already%20encoded",
  ])("%j stays as it is", (url) => {
    expect(safeUrl(url)).toBe(url);
  });

  test.each([
    "",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "\u0001javascript:alert(1)",
    " javascript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "https:host",
    "https:///host",
    "//host/path",
    "\\\\host\\path",
    "/\\host",
    "1:2",
    "a b",
  ])("%j is refused", (url) => {
    expect(safeUrl(url)).toBeNull();
  });

  test.each([
    ['/a"b', "/a%22b"],
    ["/<b>", "/%3Cb%3E"],
    ["/größe", "/gr%C3%B6%C3%9Fe"],
    ["/a;b", "/a%3Bb"],
    ["/\ud800", "/%EF%BF%BD"],
  ])("%j is encoded", (url, encoded) => {
    expect(safeUrl(url)).toBe(encoded);
  });

  test("is relative, http or https, and does not change when it is made safe again", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc
        .array(fc.constantFrom("http", "s", ":", "/", "a", ".", "?", "#", "%", "x y", "@", "\\"))
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (url) => {
        const safe = safeUrl(url);
        if (safe === null) return;
        expect(safeUrl(safe)).toBe(safe);
        expect(new URL(safe, "https://base.example/a/b").protocol).toMatch(/^https?:$/);
        expect(safe).toMatch(/^[\w\-.~:/?#@!$&'()*+,=%[\]]+$/);
      }),
    );
  });
});
