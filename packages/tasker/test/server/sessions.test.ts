import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { createToken } from "../../src/auth/tokens/manage-tokens.ts";
import { Client, ROUTES } from "../../src/client/index.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { serve } from "./support/serve.ts";
import { auditOf, refusalOf, serveTokens } from "./support/serve-tokens.ts";

const CHAIN = {
  authentication_enabled: true,
  authorization_enabled: true,
  authenticator_class: "chain",
  authenticator_options: { authenticators: [{ class: "tokens" }, { class: "session" }] },
};
const by = { actor: "test", actorKind: "system", source: "test" } as const;

/** What a browser has of a server: it sends its cookie with each request, and keeps what is set. */
class Browser {
  #cookie = "";
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async send(method: string, path: string, headers: Record<string, string> = {}) {
    const answer = await fetch(`${this.#url}${path}`, { method, headers: { ...headers, cookie: this.#cookie } });
    const set = answer.headers.get("set-cookie");
    if (set !== null) this.#cookie = set.slice(0, set.indexOf(";"));
    const { csrf_token: csrf = "" } = z.object({ csrf_token: z.string().optional() }).parse(await answer.json());
    return { status: answer.status, set, csrf };
  }
}

async function serveSessions() {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  const made = await serve(database, { auth: CHAIN });
  const { secret } = await createToken(database, { name: "ada", roles: ["admin"] }, by);
  return {
    ...made,
    database,
    bearer: { authorization: `Bearer ${secret}` },
    admin: new Client({ baseUrl: made.url, token: secret }),
  };
}

describeOnPostgres("sessions over HTTP", () => {
  test("are opened with a token, let a browser in by its cookie, and change something only with their CSRF token", async () => {
    const { url, bearer, database } = await serveSessions();
    const browser = new Browser(url);
    expect((await browser.send("GET", "/v1/tasks")).status).toBe(401);
    expect((await browser.send("POST", "/v1/sessions")).status).toBe(401);
    const { status, set, csrf } = await browser.send("POST", "/v1/sessions", bearer);
    expect([status, set]).toEqual([
      201,
      expect.stringMatching(/^tasker_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict/),
    ]);
    expect((await browser.send("GET", "/v1/tasks")).status).toBe(200);
    expect((await browser.send("GET", "/v1/sessions/current")).csrf).toBe(csrf);
    expect((await browser.send("DELETE", "/v1/sessions/current")).status).toBe(403);
    const ended = await browser.send("DELETE", "/v1/sessions/current", { "x-csrf-token": csrf });
    expect([ended.status, ended.set]).toEqual([200, expect.stringContaining("Max-Age=0")]);
    expect((await browser.send("GET", "/v1/tasks")).status).toBe(401);
    expect((await auditOf(database, "tasker.session")).map(({ action }) => action)).toEqual([
      "session.create",
      "session.destroy",
    ]);
  });

  test("get a new secret in time, and are listed and ended by those who look after them", async () => {
    const { url, bearer, admin, database } = await serveSessions();
    const browser = new Browser(url);
    await browser.send("POST", "/v1/sessions", bearer);
    await database.execute("update tasker_sessions set rotated_at = rotated_at - interval '1 hour'");
    expect((await browser.send("GET", "/v1/sessions/current")).set).toMatch(/^tasker_session=/);
    expect((await browser.send("GET", "/v1/sessions/current")).set).toBeNull();
    const { sessions, next_cursor } = await admin.call(ROUTES.listSessions);
    expect([sessions, next_cursor]).toEqual([
      [expect.objectContaining({ session_id: 1, principal_id: "token:1", name: "ada", token_id: 1 })],
      null,
    ]);
    const params = { session_id: 1 };
    expect(await admin.call(ROUTES.endSession, { params })).toEqual(params);
    expect(await refusalOf(admin.call(ROUTES.endSession, { params }))).toEqual([404, "TASKER_NOT_FOUND"]);
    expect((await browser.send("GET", "/v1/tasks")).status).toBe(401);
  });

  test("are not there where no authenticator has them, and are looked after by those who may", async () => {
    const database = await openTestDatabase();
    onTestFinished(() => database.close());
    const { clientOf } = await serveTokens(database);
    const operator = await clientOf({ roles: ["operator"], namespaces: ["payments"] });
    expect(await refusalOf(operator.call(ROUTES.openSession))).toEqual([404, "TASKER_NOT_FOUND"]);
    expect(await refusalOf(operator.call(ROUTES.listSessions))).toEqual([403, "TASKER_FORBIDDEN"]);
    expect(await refusalOf(operator.call(ROUTES.endSession, { params: { session_id: 1 } }))).toEqual([
      403,
      "TASKER_FORBIDDEN",
    ]);
    const identity = await operator.call(ROUTES.showIdentity);
    expect(identity).toMatchObject({ id: "token:1", kind: "token", roles: ["operator"], namespaces: ["payments"] });
    expect(identity.permissions).toContain("tasker.task:cancel");
    expect(identity.permissions).not.toContain("tasker.dead_letter:index");
  });
});
