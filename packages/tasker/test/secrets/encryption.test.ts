import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConfigurationError, UnreadableValueError } from "../../src/errors/index.ts";
import { type Envelope, isEnvelope } from "../../src/secrets/envelope.ts";
import { Encryption, type ValuePlace } from "../../src/vault/encryption.ts";

const key = (id: string) => ({ id, key: randomBytes(32).toString("base64") });
const [one, two] = [key("k1"), key("k2")];
const encryption = new Encryption({ keys: [one] });
const place = { seal: "a", column: "results", step: "charge" } as const;

const sealed = (text: string, by = encryption, at: ValuePlace = place): Envelope => {
  const envelope: unknown = JSON.parse(by.seal(text, at));
  if (!isEnvelope(envelope)) throw new TypeError("not an envelope");
  return envelope;
};

const refusal = (run: () => unknown): UnreadableValueError => {
  try {
    run();
  } catch (error) {
    if (error instanceof UnreadableValueError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
};

describe("an encrypted value", () => {
  test("comes back as it was, from under every key, and is another one each time", () => {
    fc.assert(
      fc.property(fc.json(), fc.string(), fc.option(fc.string()), (text, seal, step) => {
        const at = { seal, column: "inputs", step } as const;
        const envelope = sealed(text, encryption, at);
        expect(encryption.open(envelope, at)).toBe(text);
        const rotating = new Encryption({ keys: [two, one] });
        const rotated = rotating.rewrap(envelope, "it");
        expect(rotated).toMatchObject({ kid: "k2", data: envelope.data });
        expect(new Encryption({ keys: [two] }).open(rotated, at)).toBe(text);
        expect(sealed(text, encryption, at).data === envelope.data && text !== "").toBe(false);
      }),
    );
  });

  test("can be read nowhere else", () => {
    const envelope = sealed('{"a":1}');
    fc.assert(
      fc.property(
        fc.string(),
        fc.constantFrom("context", "inputs", "results"),
        fc.option(fc.string()),
        (seal, column, step) => {
          fc.pre(seal !== place.seal || column !== place.column || step !== place.step);
          expect(refusal(() => encryption.open(envelope, { seal, column, step }))).toMatchObject({ isDamaged: true });
        },
      ),
    );
  });

  test("that was changed in any part is refused", () => {
    const envelope = sealed('{"a":1}');
    fc.assert(
      fc.property(
        fc.constantFrom("key", "iv", "tag", "data"),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (part, where, by) => {
          const bytes = Buffer.from(envelope[part], "base64url");
          const at = where % bytes.length;
          bytes[at] = (bytes[at] ?? 0) ^ by;
          refusal(() => encryption.open({ ...envelope, [part]: bytes.toString("base64url") }, place));
        },
      ),
    );
  });

  test("names its key where that is missing, and tells no key", () => {
    const error = refusal(() => new Encryption({ keys: [two] }).open(sealed("1"), place));
    expect(error).toMatchObject({ isDamaged: false, code: "TASKER_UNREADABLE_VALUE" });
    expect(error.message).toBe('results of step charge cannot be decrypted: its key "k1" is not in the keyring (k2)');
    const other = new Encryption({ keys: [{ ...two, id: "k1" }] });
    expect(refusal(() => other.open(sealed("1"), place)).message).toContain("is not the one it was encrypted with");
  });
});

describe("a keyring", () => {
  test.each([
    [[], "encryption.keys is an empty list"],
    [[{ id: "a b", key: one.key }], "encryption.keys[0].id"],
    [[one, { id: "x", key: "tooshort-secret" }], "encryption.keys[1].key is something else, expected 32 bytes"],
    [[one, one], "each id once"],
  ])("is refused: %#", (keys, message) => {
    expect(() => new Encryption({ keys })).toThrow(message);
    expect(() => new Encryption({ keys })).toThrow(ConfigurationError);
    expect(() => new Encryption({ keys })).not.toThrow("tooshort-secret");
  });
});
