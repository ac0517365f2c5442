import { expect, test } from "vitest";
import type { AuthRequest } from "../../../src/auth/authenticators/auth-request.ts";
import { NoneAuthenticator } from "../../../src/auth/authenticators/none-authenticator.ts";
import { ANONYMOUS } from "../../../src/auth/principal.ts";
import { reasonOf, request } from "../support/requests.ts";

test("without authentication there is a warning, and nobody in particular asks", async () => {
  const warnings: string[] = [];
  const authenticator = new NoneAuthenticator((message) => warnings.push(message));
  expect(warnings).toHaveLength(1);
  expect(authenticator.authenticate(request())).toBe(ANONYMOUS);
});

test.each<[string, Partial<AuthRequest>]>([
  ["this machine's address", {}],
  ["another one of this machine's addresses", { address: "127.8.0.1" }],
  ["that of IPv6", { address: "::1" }],
  ["one of IPv4 within IPv6", { address: "::ffff:127.0.0.1" }],
  ["a Unix socket", { address: null, transport: "local" }],
  ["a browser on this machine", { headers: { host: "localhost:8080", origin: "http://127.0.0.1:8080" } }],
  ["IPv6 in a browser", { headers: { host: "[::1]:8080" } }],
  ["an address typed into a browser", { headers: { host: "localhost:8080", "sec-fetch-site": "none" } }],
  ["a page of another port", { headers: { host: "localhost:8080", "sec-fetch-site": "same-site" } }],
])("a request from %s is answered", async (_what, rest) => {
  expect(await reasonOf(new NoneAuthenticator().authenticate(request({}, rest)))).toBe("let in");
});

test.each<[string, Partial<AuthRequest>]>([
  ["another machine", { address: "192.0.2.7" }],
  ["another machine in IPv6", { address: "2001:db8::1" }],
  ["an address that begins like this machine's", { address: "127.0.0.1.example.com" }],
  ["no address", { address: null }],
  ["a proxy here", { headers: { "x-forwarded-for": "192.0.2.7" } }],
  ["a proxy here that says so otherwise", { headers: { forwarded: "for=192.0.2.7" } }],
  ["a name that was bound to this machine's address", { headers: { host: "evil.example:8080" } }],
  ["a page of another site", { headers: { host: "localhost:8080", origin: "https://evil.example" } }],
  ["a page without an origin", { headers: { origin: "null" } }],
  ["a page of another site that only reads", { headers: { host: "localhost:8080", "sec-fetch-site": "cross-site" } }],
])("a request from %s is refused", async (_what, rest) => {
  expect(() => new NoneAuthenticator().authenticate(request({}, rest))).toThrow(
    "only requests from this machine itself",
  );
});
