import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuthRequest } from "tasker";
import { ExampleNameAuthenticator } from "./example-name-authenticator.ts";

const KEY = "a key that nobody but the server has";
let now = Date.UTC(2027, 0, 1);
const authenticator = new ExampleNameAuthenticator({ key: KEY }, () => now);
const { cookie, csrfToken } = authenticator.open({ user: "ada", roles: ["operator"], until: now + 60_000 });
const sent = cookie.split(";")[0] ?? "";

function requestWith(headers: AuthRequest["headers"], method = "GET"): AuthRequest {
  return { headers, address: "192.0.2.7", method, path: "/", transport: "https" };
}

test("it takes the cookie that it gave", () => {
  const { id, roles } = authenticator.authenticate(requestWith({ cookie: `theme=dark; ${sent}` }));
  assert.deepEqual({ id, roles }, { id: "user:ada", roles: ["operator"] });
  assert.throws(() => authenticator.authenticate(requestWith({ cookie: "theme=dark" })), { reason: "missing" });
});

test("it refuses a cookie that is changed, or signed with another key", () => {
  const other = new ExampleNameAuthenticator({ key: "a key that somebody else has made up" }, () => now);
  const forged = other.open({ user: "eve", roles: ["admin"], until: now + 60_000 }).cookie.split(";")[0] ?? "";
  for (const wrong of [forged, `${sent}x`]) {
    assert.throws(() => authenticator.authenticate(requestWith({ cookie: wrong })), { reason: "rejected" });
  }
});

test("what changes something needs the token of the session", () => {
  const write = (headers: object) => requestWith({ cookie: sent, ...headers }, "POST");
  assert.throws(() => authenticator.authenticate(write({})), { reason: "csrf" });
  assert.throws(() => authenticator.authenticate(write({ "x-csrf-token": sent })), { reason: "csrf" });
  assert.equal(authenticator.authenticate(write({ "x-csrf-token": csrfToken })).name, "ada");
});

test("it needs a key of its own", () => {
  assert.deepEqual(authenticator.validateConfiguration(), []);
  const open = new ExampleNameAuthenticator({}, () => now);
  assert.equal(open.validateConfiguration().length, 1);
  assert.throws(() => open.authenticate(requestWith({ cookie: sent })), { reason: "rejected" });
});

test("it takes a cookie until its time is over", () => {
  now += 60_000;
  assert.throws(() => authenticator.authenticate(requestWith({ cookie: sent })), { reason: "expired" });
});
