import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openAuth } from "../../../src/auth/auth.ts";
import { isRefusal } from "../../../src/auth/refusal.ts";
import { sessionConfig } from "../../../src/auth/sessions/session-settings.ts";
import { Sessions } from "../../../src/auth/sessions/sessions.ts";
import { createToken } from "../../../src/auth/tokens/manage-tokens.ts";
import { systemClock } from "../../../src/clock/clock.ts";
import { authConfig } from "../../../src/config/auth-config.ts";
import type { Database } from "../../../src/database/database.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { signToken } from "../support/jwt.ts";
import { request, somebody } from "../support/requests.ts";

const SECRET = "a secret of more than thirty-two characters";
const JWT = { issuer: "https://issuer.example", audience: "tasker", algorithms: ["HS256"], secret: SECRET };

describeOnPostgres("whatever somebody sends who has nothing", () => {
  let database: Database;
  /** What is valid: an API token, a JWT, a session's cookie. */
  let valid: readonly string[];
  beforeAll(async () => {
    database = await openTestDatabase();
    const { secret } = await createToken(
      database,
      { name: "ci", roles: ["admin"] },
      {
        actor: "ada",
        actorKind: "cli",
        source: "cli",
      },
    );
    const sessions = new Sessions(database, sessionConfig(), systemClock);
    const { cookie } = await sessions.open(somebody(), request());
    valid = [
      secret,
      await signToken(Buffer.from(SECRET), Date.now(), { claims: { namespaces: "*" } }),
      cookie.slice(0, cookie.indexOf(";")),
    ];
  });
  afterAll(() => database.close());

  test("is answered by 401 or 403, never lets anybody in, and never makes anything fail", async () => {
    const auth = await openAuth(
      authConfig({
        authentication_enabled: true,
        authenticator_class: "chain",
        authenticator_options: {
          authenticators: [{ class: "tokens" }, { class: "jwt", options: JWT }, { class: "session" }],
        },
      }),
      { database, warn: (message) => expect(message).toMatch(/^authorization is off/) },
    );
    const wanted = { resource: "tasker.task", action: "index", on: "list" } as const;
    const send = (headers: Record<string, string | string[] | undefined>, method = "GET") =>
      auth.authorizeRequest(request(headers, { method }), wanted);
    for (const each of valid.slice(0, 2))
      expect(isRefusal(await send({ authorization: `Bearer ${each}` }))).toBe(false);
    expect(isRefusal(await send({ cookie: valid[2] }))).toBe(false);

    /** Something valid, of which a part is replaced by something else. */
    const mutated = fc
      .tuple(fc.nat(2), fc.nat(400), fc.nat(8), fc.string({ maxLength: 8, unit: "binary" }))
      .map(([which, at, cut, put]) => {
        const text = valid[which] ?? "";
        const place = at % text.length;
        return text.slice(0, place) + put + text.slice(place + cut);
      })
      .filter((text) => !valid.includes(text.trim()) && !valid.includes(text));
    const garbage = fc.oneof(
      fc.string({ unit: "binary", maxLength: 200 }),
      fc.string({ maxLength: 200 }),
      fc.base64String({ maxLength: 200 }),
      fc
        .tuple(fc.json(), fc.json(), fc.string())
        .map((parts) => parts.map((part) => Buffer.from(part).toString("base64url")).join(".")),
      fc.stringMatching(/^[0-9a-f_]{0,60}$/).map((text) => `tasker_${text}`),
      fc.integer({ min: 1, max: 20_000 }).map((length) => "x".repeat(length)),
      mutated,
    );
    const header = fc.oneof(
      garbage,
      garbage.map((text) => `Bearer ${text}`),
      garbage.map((text) => `tasker_session=${text}`),
      garbage.map((text) => `Basic ${text}`),
      fc.array(
        garbage.map((text) => `Bearer ${text}`),
        { maxLength: 3 },
      ),
    );
    const headers = fc.record(
      { authorization: header, cookie: header, "x-csrf-token": header, host: header, origin: header },
      { requiredKeys: [] },
    );
    // A valid credential in the one place that is right must not come out of the other parts.
    const isValid = (given: Record<string, string | string[] | undefined>) =>
      [given.authorization, given.cookie].flat().some((value) => valid.some((each) => value?.includes(each)));
    await fc.assert(
      fc.asyncProperty(headers, fc.constantFrom("GET", "POST", "", "get"), async (given, method) => {
        fc.pre(!isValid(given));
        const answer = await send(given, method);
        expect(isRefusal(answer) && [401, 403].includes(answer.status)).toBe(true);
      }),
      { numRuns: 1500 },
    );
  });
});
