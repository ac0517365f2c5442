import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import type { AuthRequest } from "tasker";
import { ExampleNameAuthenticator } from "./example-name-authenticator.ts";

const token = randomBytes(32).toString("hex");
const entry = { name: "ci", sha256: ExampleNameAuthenticator.hash(token), roles: ["operator"], namespaces: ["shop"] };
const authenticator = new ExampleNameAuthenticator({ tokens: [entry] });

function requestWith(headers: AuthRequest["headers"]): AuthRequest {
  return { headers, address: "192.0.2.7", method: "GET", path: "/", transport: "http" };
}

test("it takes a token by either header", () => {
  for (const headers of [{ authorization: `Bearer ${token}` }, { "x-api-token": token }]) {
    const { id, roles, namespaces } = authenticator.authenticate(requestWith(headers));
    assert.deepEqual({ id, roles, namespaces }, { id: "token:ci", roles: ["operator"], namespaces: ["shop"] });
  }
});

test("it takes neither a token without Bearer, nor the hash of one, nor another one", () => {
  assert.throws(() => authenticator.authenticate(requestWith({ authorization: token })), { reason: "missing" });
  for (const sent of [entry.sha256, randomBytes(32).toString("hex")]) {
    assert.throws(() => authenticator.authenticate(requestWith({ "x-api-token": sent })), { reason: "unknown" });
  }
});

test("it says what is wrong with its options", () => {
  assert.deepEqual(authenticator.validateConfiguration(), []);
  assert.deepEqual(new ExampleNameAuthenticator({}).validateConfiguration().length, 1);
  const clear = { ...entry, sha256: token.slice(1) };
  assert.equal(new ExampleNameAuthenticator({ tokens: [entry, clear] }).validateConfiguration().length, 2);
});
