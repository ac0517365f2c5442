import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Agent, request as send } from "undici";
import { describe, expect, onTestFinished, test } from "vitest";
import { createToken } from "../../src/auth/tokens/manage-tokens.ts";
import { type ProxyHeaders, TrustedProxies } from "../../src/server/http/trusted-proxies.ts";
import { graphTemplate } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { type ServeOptions, serve } from "./support/serve.ts";

/** Where a server of Node's on this machine is told that a request with these headers comes from. */
async function originWith(
  headers: Record<string, string | string[]>,
  networks: readonly string[] = ["127.0.0.1", "10.0.0.0/8", "2001:db8::/32"],
  kind?: ProxyHeaders,
) {
  const proxies = new TrustedProxies(networks, kind);
  const server = createServer((incoming, outgoing) => outgoing.end(JSON.stringify(proxies.originOf(incoming))));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const dispatcher = new Agent();
  const { body } = await send(`http://127.0.0.1:${port}/`, { headers, dispatcher });
  const { transport, address } = Object(await body.json());
  await dispatcher.close();
  await new Promise((resolve) => server.close(resolve));
  return `${transport} ${address}`;
}

describe("where a request comes from that a proxy has passed on", () => {
  test.each<[string, Record<string, string | string[]>, string]>([
    ["nothing is said", {}, "http 127.0.0.1"],
    ["one proxy says it", { "x-forwarded-for": "192.0.2.7" }, "http 192.0.2.7"],
    ["with the protocol", { "x-forwarded-for": "192.0.2.7", "x-forwarded-proto": "https" }, "https 192.0.2.7"],
    ["only the protocol is said", { "x-forwarded-proto": "https" }, "https unknown"],
    ["a client has said something before", { "x-forwarded-for": "127.0.0.1, 192.0.2.7" }, "http 192.0.2.7"],
    ["several proxies say it", { "x-forwarded-for": "6.6.6.6, 192.0.2.7, 10.1.2.3" }, "http 192.0.2.7"],
    ["each in a header of its own", { "x-forwarded-for": ["192.0.2.7", "10.1.2.3"] }, "http 192.0.2.7"],
    [
      "each with its protocol",
      { "x-forwarded-for": "192.0.2.7, 10.1.2.3", "x-forwarded-proto": "https, http" },
      "https 192.0.2.7",
    ],
    ["all are proxies", { "x-forwarded-for": "10.1.2.3, 10.4.5.6" }, "http 10.1.2.3"],
    ["of IPv6, with a port", { "x-forwarded-for": "[2001:db9::7]:443, [2001:db8::1]" }, "http 2001:db9::7"],
    ["of IPv4, with a port", { "x-forwarded-for": "192.0.2.7:55555" }, "http 192.0.2.7"],
    ["it is not known", { "x-forwarded-for": "192.0.2.7, unknown" }, "http unknown"],
    ["it is nonsense", { "x-forwarded-for": ",,'" }, "http unknown"],
    ["other headers say it", { forwarded: "for=192.0.2.7;proto=https" }, "http 127.0.0.1"],
  ])("%s", async (_what, headers, origin) => {
    expect(await originWith(headers)).toBe(origin);
  });

  test.each<[string, string, string]>([
    ["one proxy says it", "for=192.0.2.7;proto=https", "https 192.0.2.7"],
    ["several say it", 'For="[2001:db9::7]:4711"; Proto=https;by=10.0.0.1, for=10.1.2.3', "https 2001:db9::7"],
    ["a client has said something before", 'for="a,b;c", for=192.0.2.7', "http 192.0.2.7"],
    ["it is hidden", "for=_hidden", "http unknown"],
    ["it is nonsense", '"', "http 127.0.0.1"],
  ])("by the standard header: %s", async (_what, forwarded, origin) => {
    const headers = { forwarded, "x-forwarded-for": "6.6.6.6" };
    expect(await originWith(headers, undefined, "forwarded")).toBe(origin);
  });

  test("is what the connection says if it is no proxy's", async () => {
    expect(await originWith({ "x-forwarded-for": "192.0.2.7", "x-forwarded-proto": "https" }, ["10.0.0.0/8"])).toBe(
      "http 127.0.0.1",
    );
  });

  test.each(["10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/8/8", "proxy", ""])("%j is none", (network) => {
    expect(() => new TrustedProxies([network])).toThrow("expected an IP address, or a network such as 10.0.0.0/8");
  });
});

const CHAIN = {
  authentication_enabled: true,
  authorization_enabled: true,
  authenticator_class: "chain",
  authenticator_options: { authenticators: [{ class: "tokens" }, { class: "session" }] },
};
const BY = { actor: "test", actorKind: "system", source: "test" } as const;

describeOnPostgres("a server behind a proxy", () => {
  async function serveBehind(options: ServeOptions) {
    const database = await openTestDatabase();
    onTestFinished(() => database.close());
    const made = await serve(database, {
      templates: [graphTemplate("a")],
      auth: CHAIN,
      trustedProxies: ["127.0.0.1"],
      ...options,
    });
    const { secret } = await createToken(database, { name: "ada", roles: ["admin"] }, BY);
    const headers = {
      authorization: `Bearer ${secret}`,
      "content-type": "application/json",
      "x-forwarded-for": "192.0.2.7",
      "x-forwarded-proto": "https",
    };
    return { ...made, database, headers };
  }

  test("gives browsers cookies that they send over TLS only, and takes them so", async () => {
    const { url, headers } = await serveBehind({});
    const opened = await fetch(`${url}/v1/sessions`, { method: "POST", headers });
    const cookie = opened.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^__Host-tasker_session=.*; Secure$/);
    const { authorization: _, ...others } = headers;
    const asBrowser = { ...others, cookie: cookie.slice(0, cookie.indexOf(";")) };
    expect((await fetch(`${url}/v1/tasks`, { headers: asBrowser })).status).toBe(200);
    const { url: direct, headers: sent } = await serveBehind({ trustedProxies: [] });
    const plain = await fetch(`${direct}/v1/sessions`, { method: "POST", headers: sent });
    expect(plain.headers.get("set-cookie")).not.toContain("Secure");
  });

  test("writes to the audit log where an operator was", async () => {
    const { url, headers, engine, database } = await serveBehind({});
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    const body = JSON.stringify({ reason: "for a test" });
    await fetch(`${url}/v1/tasks/${taskId}/cancel`, { method: "POST", headers, body });
    const rows = await database.query("select address from tasker_audit_log where action = 'task.cancel'");
    expect(rows).toEqual([{ address: "192.0.2.7" }]);
  });

  test("counts attempts that fail for whoever made them", async () => {
    const auth = { ...CHAIN, max_failed_attempts: 1 };
    const { url, headers } = await serveBehind({ auth });
    const statusFrom = async (address: string) => {
      const wrong = { authorization: `Bearer ${headers.authorization.slice(7, -3)}xyz`, "x-forwarded-for": address };
      return (await fetch(`${url}/v1/tasks`, { headers: wrong })).status;
    };
    expect(await statusFrom("192.0.2.8")).toBe(401);
    expect(await statusFrom("192.0.2.8")).toBe(429);
    expect(await statusFrom("192.0.2.9")).toBe(401);
  });

  test("answers nobody without authentication, wherever the proxy stands", async () => {
    const { url, headers } = await serveBehind({ auth: {} });
    expect((await fetch(`${url}/v1/tasks`, { headers })).status).toBe(403);
    expect((await fetch(`${url}/v1/tasks`, { headers: { "x-forwarded-proto": "https" } })).status).toBe(403);
  });
});
