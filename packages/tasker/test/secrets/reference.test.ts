import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { KnownSecrets } from "../../src/secrets/known-secrets.ts";
import { resolveReferences, resolveText } from "../../src/secrets/reference.ts";
import { SecretSource } from "../../src/vault/secret-source.ts";

/** `${...}`, which a template string would read itself. */
const braced = (inner: string) => `\${${inner}}`;

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), "tasker-secret-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

const variables: Record<string, string> = { KEY: "correct horse", EMPTY: "", NESTED: braced("env:KEY") };
const resolve = (text: string) =>
  resolveText(text, new SecretSource({ variables }).lookUp, "step pay: handler_config.key");

describe("a reference", () => {
  test.each([
    [braced("env:KEY"), "correct horse"],
    [`Bearer ${braced("env:KEY")}!`, "Bearer correct horse!"],
    [braced("env:EMPTY"), ""],
    [braced("env:MISSING:-none"), "none"],
    [braced("env:MISSING:-"), ""],
    [braced("file:/nowhere/at/all:-none"), "none"],
    [`$${braced("env:KEY")}`, braced("env:KEY")],
    [`$${braced("KEY")} ${braced("KEY")}`, `$${braced("KEY")} ${braced("KEY")}`],
    // What a value holds is no reference.
    [braced("env:NESTED"), braced("env:KEY")],
  ])("%s stands for %s", (text, value) => {
    expect(resolve(text)).toBe(value);
  });

  test.each([
    [braced("env:MISSING"), "leads to nothing: the variable MISSING is not set"],
    [braced("file:/nowhere/at/all"), "leads to nothing: the file /nowhere/at/all cannot be read"],
    [braced("file:/"), "the file / cannot be read"],
    [braced("env:"), "expected"],
    [braced("env:NOT-A-NAME"), "expected"],
    [`\${env:KEY`, "expected"],
  ])("%s is refused with its place and itself", (text, message) => {
    expect(() => resolve(text)).toThrow(message);
    expect(() => resolve(text)).toThrow(`step pay: handler_config.key: `);
    expect(() => resolve(text)).toThrow(text);
  });

  test("to a file gives its text without one line end, as it is at each use", () => {
    const file = join(scratch(), "key");
    const source = new SecretSource({ variables: {} });
    const config = { keys: [braced(`file:${file}`)], plain: 1 };
    writeFileSync(file, "first value\n\n");
    expect(source.resolve(config, "here")).toEqual({ keys: ["first value\n"], plain: 1 });
    writeFileSync(file, "second value\r\n");
    expect(source.resolve(config, "here")).toEqual({ keys: ["second value"], plain: 1 });
    rmSync(file);
    expect(() => source.resolve(config, "here")).toThrow(`here.keys[0]: ${braced(`file:${file}`)} leads to nothing`);
  });

  test("is found nowhere in what has none: the value stays the same object", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(resolveReferences(value, () => "found", "here")).toBe(value);
      }),
    );
  });
});

describe("known secrets", () => {
  test("are masked in texts, errors and nested facts, also as JSON writes them; what has none stays as it is", () => {
    const known = new KnownSecrets();
    known.add('quo"ted secret');
    known.add("short");
    known.add('longer secret, quo"ted secret');
    expect(known.mask(`short ${JSON.stringify({ a: 'quo"ted secret' })}`)).toBe('short {"a":"[secret]"}');
    expect(known.mask('longer secret, quo"ted secret')).toBe("[secret]");
    const clean = { a: [1, { b: "text" }], error: new Error("fine"), at: new Date(0) };
    expect(known.maskFacts(clean)).toBe(clean);
    const error = Object.assign(new RangeError('bad quo"ted secret'), {
      code: "E",
      cause: new Error('quo"ted secret'),
    });
    const masked = known.maskFacts({ err: error, list: ['quo"ted secret'] });
    expect(masked).toMatchObject({
      err: { message: "bad [secret]", name: "RangeError", code: "E", cause: { message: "[secret]" } },
      list: ["[secret]"],
    });
  });

  test("are no more than a thousand: the oldest are forgotten", () => {
    const known = new KnownSecrets();
    for (let place = 0; place <= 1_000; place++) known.add(`secret-${String(place).padStart(5, "0")}`);
    expect(known.mask("secret-00000 secret-00001 secret-01000")).toBe("secret-00000 [secret] [secret]");
  });
});
