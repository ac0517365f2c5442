import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { type AuthRequest, ConfigurationError } from "tasker";
import { ExampleNameAuthenticator } from "./example-name-authenticator.ts";

const SECRET = "a secret of the issuer and the server";
const OPTIONS = {
  issuer: "https://login.example.com",
  audience: "tasker",
  algorithms: ["HS256"],
  secret: SECRET,
  roles_claim: "groups",
  default_namespaces: "all",
};
const authenticator = new ExampleNameAuthenticator(OPTIONS);

function requestWith(claims: object, { key = SECRET, alg = "HS256" } = {}): AuthRequest {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const exp = Math.floor(Date.now() / 1000) + 60;
  const common = { iss: OPTIONS.issuer, aud: OPTIONS.audience, sub: "ada", exp };
  const signed = `${encode({ alg })}.${encode({ ...common, ...claims })}`;
  const token = `${signed}.${alg === "none" ? "" : createHmac("sha256", key).update(signed).digest("base64url")}`;
  const headers = { authorization: `Bearer ${token}` };
  return { headers, address: "192.0.2.7", method: "GET", path: "/", transport: "http" };
}

test("it takes a token of the issuer, with its groups as roles", async () => {
  const { id, roles, namespaces } = await authenticator.authenticate(requestWith({ groups: ["operations", "sales"] }));
  assert.deepEqual({ id, roles, namespaces }, { id: "jwt:ada", roles: ["operator"], namespaces: "all" });
});

test("it refuses tokens of others, for others, without a signature, and those that have ended", async () => {
  const refused = [
    requestWith({}, { key: "a secret that somebody else has made up" }),
    requestWith({}, { alg: "none" }),
    requestWith({ iss: "https://elsewhere.example.com" }),
    requestWith({ aud: "another" }),
  ];
  for (const request of refused) await assert.rejects(authenticator.authenticate(request), { reason: "rejected" });
  await assert.rejects(authenticator.authenticate(requestWith({ exp: 1 })), { reason: "expired" });
});

test("it is not made without a key", () => {
  const { secret: _, ...rest } = OPTIONS;
  assert.throws(() => new ExampleNameAuthenticator(rest), ConfigurationError);
});
