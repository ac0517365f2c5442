import { afterAll, beforeAll, expect, test } from "vitest";
import { listAudit } from "../../../src/auth/audit/list-audit.ts";
import { SessionAuthenticator } from "../../../src/auth/authenticators/session-authenticator.ts";
import { sessionConfig } from "../../../src/auth/sessions/session-settings.ts";
import { Sessions } from "../../../src/auth/sessions/sessions.ts";
import { createToken, revokeToken } from "../../../src/auth/tokens/manage-tokens.ts";
import type { Database } from "../../../src/database/database.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { reasonOf, request, somebody } from "../support/requests.ts";

const MINUTE = 60_000;
const by = { actor: "ada", actorKind: "cli", source: "cli" } as const;

describeOnPostgres("a session", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  const makeWorld = (settings: object = {}) => {
    const clock = new ManualClock();
    const sessions = new Sessions(database, sessionConfig(settings), clock);
    return { clock, sessions, authenticator: new SessionAuthenticator(sessions) };
  };
  /** What a browser sends that was given a cookie. */
  const sent = (cookie: string) => cookie.slice(0, cookie.indexOf(";"));
  const ada = somebody({ roles: ["operator"], namespaces: ["payments"] });

  test("is opened for whom a request came from, and has the browser known by its cookie", async () => {
    const { clock, sessions, authenticator } = makeWorld();
    const { cookie, csrfToken, expiresAt } = await sessions.open(ada, request());
    expect(cookie).toMatch(/^tasker_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/);
    expect(expiresAt.getTime() - clock.now()).toBe(720 * MINUTE);
    const principal = await authenticator.authenticate(request({ cookie: `other=1; ${sent(cookie)}` }));
    expect(principal).toEqual({ ...ada, expiresAt });
    const rows = await database.query("select s::text as text from tasker_sessions s");
    expect(JSON.stringify(rows)).not.toContain(sent(cookie).slice("tasker_session=".length));
    const unsafe = { cookie: sent(cookie) };
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "post", "QUERY"]) {
      expect(await reasonOf(authenticator.authenticate(request(unsafe, { method })))).toBe("csrf");
      const wrong = request({ ...unsafe, "x-csrf-token": `${csrfToken}x` }, { method });
      expect(await reasonOf(authenticator.authenticate(wrong))).toBe("csrf");
      const right = request({ ...unsafe, "x-csrf-token": csrfToken }, { method });
      expect(await reasonOf(authenticator.authenticate(right))).toBe("let in");
    }
  });

  test("is for pages of other sites as far as somebody follows a link in them", async () => {
    const { sessions, authenticator } = makeWorld({ same_site: "lax" });
    const { cookie, csrfToken } = await sessions.open(ada, request());
    const ask = (headers: Record<string, string>, method = "GET") =>
      reasonOf(
        authenticator.authenticate(
          request({ cookie: sent(cookie), "x-csrf-token": csrfToken, ...headers }, { method }),
        ),
      );
    const link = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
    expect(await ask({ "sec-fetch-site": "same-origin" }, "POST")).toBe("let in");
    expect(await ask(link)).toBe("let in");
    expect(await ask(link, "POST")).toBe("origin");
    expect(await ask({ ...link, "sec-fetch-dest": "iframe" })).toBe("origin");
    expect(await ask({ ...link, "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" })).toBe("origin");
  });

  test("has a cookie that only this host can set, over an encrypted connection", async () => {
    const { sessions, authenticator } = makeWorld({ same_site: "lax" });
    const secure = { transport: "https" } as const;
    const { cookie } = await sessions.open(ada, request({}, secure));
    expect(cookie).toMatch(/^__Host-tasker_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=43200; Secure$/);
    expect(await reasonOf(authenticator.authenticate(request({ cookie: sent(cookie) }, secure)))).toBe("let in");
    const plain = sent(cookie).replace("__Host-", "");
    expect(await reasonOf(authenticator.authenticate(request({ cookie: plain }, secure)))).toBe("missing");
  });

  test("never takes a secret that somebody else has chosen: a new one is made, the one that was brought ends", async () => {
    const { sessions, authenticator } = makeWorld();
    const planted = `tasker_session=${"A".repeat(43)}`;
    const first = await sessions.open(somebody({ id: "mallory", name: "mallory" }), request());
    for (const cookie of [planted, sent(first.cookie)]) {
      const second = await sessions.open(ada, request({ cookie }));
      expect(sent(second.cookie)).not.toBe(cookie);
      expect(await reasonOf(authenticator.authenticate(request({ cookie })))).toBe("missing");
      expect((await authenticator.authenticate(request({ cookie: sent(second.cookie) }))).id).toBe("ada");
    }
    await expect(sessions.open(somebody({ kind: "anonymous" }), request())).rejects.toThrow("nobody in particular");
  });

  test("ends when its time is over, when it is not used, and when it is closed", async () => {
    const { clock, sessions, authenticator } = makeWorld({ lifetime_minutes: 100, idle_minutes: 30 });
    const open = async () => sent((await sessions.open(ada, request())).cookie);
    const reason = (cookie: string) => reasonOf(authenticator.authenticate(request({ cookie })));
    const used = await open();
    const unused = await open();
    for (let at = 0; at < 4; at++) {
      clock.advance(24 * MINUTE);
      expect(await reason(used)).toBe("let in");
    }
    expect(await reason(unused)).toBe("missing");
    clock.advance(4 * MINUTE);
    expect(await reason(used)).toBe("missing");
    const closed = await open();
    expect(await sessions.close(ada, request({ cookie: closed }))).toMatch(/^tasker_session=; .*Max-Age=0$/);
    expect(await reason(closed)).toBe("missing");
    const [row] = await database.query("select count(*)::int as left from tasker_sessions where expires_at <= $1", [
      new Date(clock.now()),
    ]);
    expect(row?.left).toBe(0);
  });

  test("gets a new secret from time to time; the old one is taken for requests under way, then no more", async () => {
    const { clock, sessions, authenticator } = makeWorld();
    const { cookie, csrfToken } = await sessions.open(ada, request());
    const old = request({ cookie: sent(cookie) });
    expect(await sessions.renew(old)).toBeNull();
    clock.advance(15 * MINUTE);
    const [one, other] = await Promise.all([sessions.renew(old), sessions.renew(old)]);
    const renewed = one ?? other;
    expect([one, other].filter((session) => session !== null)).toHaveLength(1);
    expect(renewed?.csrfToken).toBe(csrfToken);
    const next = request({ cookie: sent(renewed?.cookie ?? "") });
    expect(await sessions.renew(next)).toBeNull();
    for (const each of [old, next]) expect(await reasonOf(authenticator.authenticate(each))).toBe("let in");
    clock.advance(30_000);
    expect(await reasonOf(authenticator.authenticate(old))).toBe("missing");
    expect(await reasonOf(authenticator.authenticate(next))).toBe("let in");
    expect(await sessions.renew(request())).toBeNull();
  });

  test("that was opened with an API token ends with it, at once", async () => {
    const { clock, sessions, authenticator } = makeWorld();
    const { token } = await createToken(database, { name: "ci", roles: ["viewer"] }, by, { clock });
    const holder = somebody({ id: `token:${token.id}`, kind: "token", tokenId: token.id });
    const cookie = sent((await sessions.open(holder, request())).cookie);
    expect((await authenticator.authenticate(request({ cookie }))).tokenId).toBe(token.id);
    await revokeToken(database, token.id, by, { clock });
    expect(await reasonOf(authenticator.authenticate(request({ cookie })))).toBe("missing");
    const soon = new Date(clock.now() + MINUTE);
    expect((await sessions.open(somebody({ expiresAt: soon }), request())).expiresAt).toEqual(soon);
  });

  test("may do what its API token may do now, not what that might when it was opened", async () => {
    const { clock, sessions } = makeWorld();
    const wanted = { name: "ci", roles: ["operator"], namespaces: ["payments", "shop"] };
    const { token } = await createToken(database, wanted, by, { clock });
    const holder = somebody({ kind: "token", id: `token:${token.id}`, tokenId: token.id, ...wanted });
    const { cookie } = await sessions.open(holder, request());
    const found = async () => (await sessions.find(request({ cookie: sent(cookie) })))?.principal;
    expect(await found()).toMatchObject({ roles: ["operator"], namespaces: ["payments", "shop"] });
    const take = "update tasker_api_tokens set roles = '{viewer}', namespaces = '{shop}' where token_id = $1";
    await database.query(take, [token.id]);
    expect(await found()).toMatchObject({ roles: ["viewer"], namespaces: ["shop"] });
  });

  test("is refused if its cookie comes twice or cannot be one", async () => {
    const { sessions, authenticator } = makeWorld();
    const cookie = sent((await sessions.open(ada, request())).cookie);
    for (const value of [`${cookie}; ${cookie}`, "tasker_session=", "tasker_session=x", `${cookie}"`, `${cookie}%00`]) {
      expect(await reasonOf(authenticator.authenticate(request({ cookie: value })))).toBe("malformed");
      expect((await sessions.open(ada, request({ cookie: value }))).cookie).toMatch(/^tasker_session=/);
    }
    for (const value of ["", ";;;", "tasker_sessions=x", "x", `TASKER_SESSION=${cookie}`, "=; ="]) {
      expect(await reasonOf(authenticator.authenticate(request({ cookie: value })))).toBe("missing");
    }
  });

  test("leaves its beginning and its end in the audit log", async () => {
    const { sessions } = makeWorld();
    const { cookie } = await sessions.open(ada, request({}, { address: "192.0.2.7" }));
    await sessions.close(ada, request({ cookie: sent(cookie) }));
    const records = await listAudit(database, { resource: "tasker.session", limit: 2 });
    expect(records).toMatchObject([
      { action: "session.destroy", actor: "ada", actorKind: "user" },
      { action: "session.create", actor: "ada", actorKind: "user", address: "192.0.2.7" },
    ]);
  });
});
