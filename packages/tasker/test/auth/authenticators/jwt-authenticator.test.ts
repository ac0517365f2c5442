import { createPublicKey } from "node:crypto";
import { exportSPKI, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { JwtAuthenticator } from "../../../src/auth/authenticators/jwt-authenticator.ts";
import { ConfigurationError } from "../../../src/errors/index.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";
import { type KeyServer, type SigningKey, serveKeys, signingKey, signToken } from "../support/jwt.ts";
import { bearing, reasonOf, request } from "../support/requests.ts";

const SECRET = "a secret of more than thirty-two characters";
const common = { issuer: "https://issuer.example", audience: "tasker" };
const clock = new ManualClock();
const now = clock.now();
const seconds = Math.floor(now / 1000);

describe("a JWT", () => {
  let rsa: SigningKey;
  let pem: string;
  let authenticator: JwtAuthenticator;
  beforeAll(async () => {
    rsa = await signingKey("RS256");
    pem = await exportSPKI(rsa.publicKey);
    authenticator = new JwtAuthenticator({ ...common, algorithms: ["RS256"], public_key: pem }, clock);
  });
  const reason = (token: string) => reasonOf(authenticator.authenticate(bearing(token)));

  test("says who somebody is, with roles, permissions and namespaces", async () => {
    const claims = { name: "Ada", roles: ["operator"], permissions: "tasker.audit:index", namespaces: ["payments"] };
    const principal = await authenticator.authenticate(bearing(await signToken(rsa, now, { claims })));
    expect(principal).toEqual({
      id: "ada",
      kind: "user",
      name: "Ada",
      roles: ["operator"],
      permissions: ["tasker.audit:index"],
      namespaces: ["payments"],
      expiresAt: new Date((seconds + 300) * 1000),
    });
    expect(Object.isFrozen(principal) && Object.isFrozen(principal.roles)).toBe(true);
  });

  test("that names no namespaces gives none, unless the settings say which; a star gives all", async () => {
    const namespaces = async (of: JwtAuthenticator, claims: object) =>
      (await of.authenticate(bearing(await signToken(rsa, now, { claims: { ...claims } })))).namespaces;
    const generous = new JwtAuthenticator(
      { ...common, algorithms: ["RS256"], public_key: pem, default_namespaces: "all" },
      clock,
    );
    expect(await namespaces(authenticator, {})).toEqual([]);
    expect(await namespaces(generous, {})).toBe("all");
    expect(await namespaces(generous, { namespaces: [] })).toEqual([]);
    expect(await namespaces(authenticator, { namespaces: "*" })).toBe("all");
  });

  test("is of nobody whose id is that of an API token", async () => {
    expect(await reason(await signToken(rsa, now, { claims: { sub: "token:12" } }))).toBe("rejected");
    expect(await reason(await signToken(rsa, now, { claims: { sub: "token:ada" } }))).toBe("let in");
  });

  test.each([
    "RS256",
    "PS256",
    "ES256",
    "ES384",
    "EdDSA",
  ])("signed by %s is taken where that is allowed", async (alg) => {
    const key = await signingKey(alg);
    const of = new JwtAuthenticator(
      { ...common, algorithms: [alg], public_key: await exportSPKI(key.publicKey) },
      clock,
    );
    expect(await reasonOf(of.authenticate(bearing(await signToken(key, now))))).toBe("let in");
    expect(await reasonOf(of.authenticate(bearing(await signToken(await signingKey(alg), now))))).toBe("rejected");
  });

  test("signed with a shared secret is taken where that is allowed", async () => {
    const of = new JwtAuthenticator({ ...common, algorithms: ["HS256"], secret: SECRET }, clock);
    expect(await reasonOf(of.authenticate(bearing(await signToken(Buffer.from(SECRET), now))))).toBe("let in");
    expect(await reasonOf(of.authenticate(bearing(await signToken(Buffer.from(`${SECRET}!`), now))))).toBe("rejected");
  });

  test.each<[string, string, object]>([
    ["that has expired", "expired", { exp: seconds - 6 }],
    ["that has expired within the tolerance", "let in", { exp: seconds - 4 }],
    ["that is not valid yet", "rejected", { nbf: seconds + 6 }],
    ["without an end", "rejected", { exp: undefined }],
    ["with an end that is a text", "rejected", { exp: "tomorrow" }],
    ["without a subject", "rejected", { sub: undefined }],
    ["with an empty subject", "rejected", { sub: "" }],
    ["for another audience", "rejected", { aud: "billing" }],
    ["for several, this one among them", "let in", { aud: ["billing", "tasker"] }],
    ["without an audience", "rejected", { aud: undefined }],
    ["of another issuer", "rejected", { iss: "https://evil.example" }],
    ["with roles that are none", "rejected", { roles: [{ admin: true }] }],
    ["with namespaces that are none", "rejected", { namespaces: { payments: true } }],
    ["with more roles than anybody has", "rejected", { roles: Array.from({ length: 201 }, (_, at) => `r${at}`) }],
  ])("%s is %s", async (_what, expected, claims) => {
    expect(await reason(await signToken(rsa, now, { claims: { ...claims } }))).toBe(expected);
  });

  test("without a signature is refused, however it says so", async () => {
    const claims = { ...common, sub: "ada" };
    const unsecured = new UnsecuredJWT(claims)
      .setIssuer(common.issuer)
      .setAudience("tasker")
      .setExpirationTime("1h")
      .encode();
    expect(await reason(unsecured)).toBe("rejected");
    const [, payload, signature] = (await signToken(rsa, now)).split(".");
    for (const alg of ["none", "None", "nOnE", "", null, undefined, 0]) {
      const header = Buffer.from(JSON.stringify({ alg, kid: "key-1" })).toString("base64url");
      expect(await reason(`${header}.${payload}.`)).toBe("rejected");
      expect(await reason(`${header}.${payload}.${signature}`)).toBe("rejected");
    }
  });

  test("signed by the text of the public key as if it were a secret is refused", async () => {
    const texts = [pem, pem.trim(), pem.replaceAll("\n", "\r\n")];
    const der = createPublicKey(pem).export({ type: "spki", format: "der" });
    for (const secret of [...texts.map((text) => Buffer.from(text)), der]) {
      expect(await reason(await signToken(new Uint8Array(secret), now))).toBe("rejected");
    }
  });

  test("that brings its own key, or names where there is one, is refused", async () => {
    const evil = await signingKey("RS256");
    const jwk = await new SignJWT({ sub: "ada" })
      .setProtectedHeader({
        alg: "RS256",
        jwk: { kty: "RSA" },
        jku: "https://evil.example/keys",
        x5u: "https://evil.example",
      })
      .setIssuer(common.issuer)
      .setAudience("tasker")
      .setExpirationTime(seconds + 60)
      .sign(evil.privateKey);
    expect(await reason(jwk)).toBe("rejected");
  });

  test("of which a character is changed is refused", async () => {
    const token = await signToken(rsa, now, { claims: { roles: ["viewer"] } });
    const [header = "", payload = "", signature = ""] = token.split(".");
    const admin = Buffer.from(payload, "base64url").toString().replace("viewer", "admin_");
    expect(await reason([header, Buffer.from(admin).toString("base64url"), signature].join("."))).toBe("rejected");
    expect(await reason([header, payload, signature.slice(0, -2)].join("."))).toBe("rejected");
  });

  test("that is huge is not even looked at; what is none is left to others", async () => {
    expect(await reason(await signToken(rsa, now, { claims: { text: "x".repeat(9000) } }))).toBe("malformed");
    for (const token of ["a.b", "a.b.c.d.e", "tasker_0123456789ab_x", "..", "a..c"]) {
      expect(await reason(token)).toBe("missing");
    }
    expect(await reasonOf(authenticator.authenticate(request()))).toBe("missing");
  });
});

describe("keys at an address", () => {
  let first: SigningKey;
  let second: SigningKey;
  let server: KeyServer;
  beforeAll(async () => {
    first = await signingKey("ES256", "key-1");
    second = await signingKey("ES256", "key-2");
    server = await serveKeys([first]);
  });
  afterAll(() => server.close());
  const make = (rest: object = {}) =>
    new JwtAuthenticator(
      { ...common, algorithms: ["ES256"], jwks_url: server.url, jwks_cooldown_seconds: 1, ...rest },
      clock,
    );

  test("are asked for once, and again when a token names one that is not known, but not as often as anybody likes", async () => {
    await server.answer([first]);
    const authenticator = make({ jwks_cooldown_seconds: 3600 });
    const before = server.asked();
    const good = await signToken(first, now);
    await Promise.all([1, 2, 3].map(() => authenticator.authenticate(bearing(good))));
    expect(server.asked() - before).toBe(1);
    for (let at = 0; at < 20; at++) {
      const token = await signToken({ ...second, kid: `key-${at + 5}` }, now);
      expect(await reasonOf(authenticator.authenticate(bearing(token)))).toBe("rejected");
    }
    expect(server.asked() - before).toBe(1);
  });

  test("that are new are found", async () => {
    await server.answer([first]);
    const authenticator = make();
    const early = await signToken(first, now);
    expect(await reasonOf(authenticator.authenticate(bearing(early)))).toBe("let in");
    await server.answer([first, second]);
    const token = await signToken(second, now);
    // The pause between two looks is the machine's time: it belongs to the library.
    await expect.poll(() => reasonOf(authenticator.authenticate(bearing(token))), { timeout: 10_000 }).toBe("let in");
  });

  test("that have no names are tried one after the other", async () => {
    await server.answer([first, second].map(({ kid: _, ...key }) => key));
    const authenticator = make();
    for (const { kid: _, ...key } of [first, second]) {
      expect(await reasonOf(authenticator.authenticate(bearing(await signToken(key, now))))).toBe("let in");
    }
    const { kid: _, ...third } = await signingKey("ES256", "key-3");
    expect(await reasonOf(authenticator.authenticate(bearing(await signToken(third, now))))).toBe("rejected");
    const expired = await signToken({ ...second, kid: undefined }, now - 3_600_000);
    expect(await reasonOf(authenticator.authenticate(bearing(expired)))).toBe("expired");
  });

  test.each([
    "../../../etc/passwd",
    "' or 1=1 --",
    "key-1\u0000",
    "http://evil.example",
    "constructor",
  ])("are not found by the name %j", async (kid) => {
    await server.answer([first]);
    const token = await signToken(second, now, { header: { kid } });
    expect(await reasonOf(make().authenticate(bearing(token)))).toBe("rejected");
  });

  test.each<[string, { status: number; text: string }]>([
    ["an error", { status: 500, text: "" }],
    ["no keys", { status: 200, text: "<html>" }],
    ["something else", { status: 200, text: "[1]" }],
    ["more than anybody reads", { status: 200, text: "x".repeat(1_000_001) }],
    ["another address", { status: 302, text: "" }],
  ])("that are answered by %s let nobody in, and the address has a rest", async (_what, answer) => {
    await server.answer(answer);
    const authenticator = make();
    const token = await signToken(first, now);
    expect(await reasonOf(authenticator.authenticate(bearing(token)))).toBe("unavailable");
    const asked = server.asked();
    expect(await reasonOf(authenticator.authenticate(bearing(token)))).toBe("unavailable");
    expect(server.asked() - asked).toBeLessThanOrEqual(answer.text === "<html>" || answer.text === "[1]" ? 1 : 0);
  });
});

test("a secret that is refused is not shown", () => {
  const refused = (settings: object) => () => new JwtAuthenticator({ ...common, algorithms: ["HS256"], ...settings });
  expect(refused({ secret: "hunter2" })).toThrow(
    'auth.authenticator_options.secret is "[secret]", expected a text of 32 characters or more',
  );
  expect(refused({ secret: 12345678 })).toThrow('auth.authenticator_options.secret is "[secret]", expected a text');
  expect(refused({ secert: "hunter2" })).toThrow('secert is "[secret]", expected a key that is known');
  expect(refused({ clock_tolerance_seconds: 999 })).toThrow("clock_tolerance_seconds is 999, expected");
});

test.each<[Readonly<Record<string, unknown>>, string]>([
  [{}, "auth.authenticator_options.issuer is missing"],
  [{ ...common }, "exactly one of secret, public_key and jwks_url"],
  [{ ...common, algorithms: ["HS256"], secret: "short" }, "a text of 32 characters or more"],
  [
    { ...common, algorithms: ["HS256", "RS256"], secret: SECRET },
    "either algorithms with a secret (HS...) or with a public key",
  ],
  [{ ...common, algorithms: ["HS256"], public_key: "x" }, "no HS... with a public key"],
  [{ ...common, secret: SECRET }, "HS256, HS384 or HS512 with a secret"],
  [{ ...common, algorithms: ["none"], secret: SECRET }, "one of HS256"],
  [{ ...common, public_key: "not a key" }, "public_key cannot be read"],
  [{ ...common, jwks_url: "http://issuer.example/keys" }, "an address that begins with https://"],
  [{ ...common, jwks_url: "https://issuer.example/keys", audiance: "x" }, "audiance"],
])("settings %j are refused", (settings, message) => {
  expect(() => new JwtAuthenticator(settings)).toThrow(ConfigurationError);
  expect(() => new JwtAuthenticator(settings)).toThrow(message);
});
