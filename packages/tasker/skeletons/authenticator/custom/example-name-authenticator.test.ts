import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuthRequest } from "tasker";
import { ExampleNameAuthenticator } from "./example-name-authenticator.ts";

const SECRET = "a secret of the proxy and the server";
const authenticator = new ExampleNameAuthenticator({ proxy_secret: SECRET });

function requestWith(headers: AuthRequest["headers"]): AuthRequest {
  return { headers, address: "192.0.2.7", method: "GET", path: "/", transport: "http" };
}

test("it takes the user that the proxy names", () => {
  const headers = { "x-proxy-secret": SECRET, "x-forwarded-user": "ada", "x-forwarded-groups": "viewer, operator" };
  const { id, roles } = authenticator.authenticate(requestWith(headers));
  assert.deepEqual({ id, roles }, { id: "user:ada", roles: ["viewer", "operator"] });
});

test("it leaves a request without the proxy's secret to others", () => {
  assert.throws(() => authenticator.authenticate(requestWith({ "x-forwarded-user": "ada" })), { reason: "missing" });
});

test("it refuses another secret, and a proxy that names nobody", () => {
  const forged = requestWith({ "x-proxy-secret": "guessed", "x-forwarded-user": "ada" });
  assert.throws(() => authenticator.authenticate(forged), { reason: "rejected" });
  assert.throws(() => authenticator.authenticate(requestWith({ "x-proxy-secret": SECRET })), { reason: "malformed" });
});

test("it needs a secret of its own", () => {
  assert.deepEqual(authenticator.validateConfiguration(), []);
  const open = new ExampleNameAuthenticator({});
  assert.equal(open.validateConfiguration().length, 1);
  const request = requestWith({ "x-proxy-secret": "", "x-forwarded-user": "ada" });
  assert.throws(() => open.authenticate(request), { reason: "rejected" });
});
