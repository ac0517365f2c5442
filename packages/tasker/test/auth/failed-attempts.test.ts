import { afterAll, beforeAll, expect, test } from "vitest";
import { listAudit } from "../../src/auth/audit/list-audit.ts";
import { openAuth } from "../../src/auth/auth.ts";
import { createToken } from "../../src/auth/tokens/manage-tokens.ts";
import { newToken } from "../../src/auth/tokens/token-secret.ts";
import { type AuthSettings, authConfig } from "../../src/config/auth-config.ts";
import type { Database } from "../../src/database/database.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { reasonOf, request } from "./support/requests.ts";

const by = { actor: "ada", actorKind: "cli", source: "cli" } as const;

describeOnPostgres("attempts at authentication that fail", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  const open = async (settings: AuthSettings) => {
    const clock = new ManualClock();
    const tokens = { authentication_enabled: true, authenticator_class: "tokens" };
    const auth = await openAuth(authConfig({ ...tokens, ...settings }), { database, clock });
    const from = (address: string | null, secret: string) =>
      request({ authorization: `Bearer ${secret}` }, { address });
    return {
      clock,
      auth,
      from,
      asked: (address: string | null, secret: string) => reasonOf(auth.admit(from(address, secret))),
    };
  };

  test("max_failed_attempts is after how many attempts an address is refused, whatever it has", async () => {
    const { asked, auth, from } = await open({ max_failed_attempts: 3 });
    const { secret } = await createToken(database, { name: "ci", permissions: ["tasker.task:*"] }, by);
    for (let attempt = 0; attempt < 3; attempt += 1) expect(await asked("192.0.2.1", newToken().token)).toBe("unknown");
    expect(await asked("192.0.2.1", secret)).toBe("throttled");
    expect(await asked("192.0.2.2", secret)).toBe("let in");
    const wanted = { resource: "tasker.task", action: "index", on: "list" } as const;
    expect(await auth.authorizeRequest(from("192.0.2.1", secret), wanted)).toMatchObject({
      status: 429,
      headers: { "retry-after": "60" },
    });
    const unlimited = await open({ max_failed_attempts: null });
    for (let attempt = 0; attempt < 100; attempt += 1) {
      expect(await unlimited.asked("192.0.2.1", newToken().token)).toBe("unknown");
    }
  });

  test("failed_attempts_window_seconds is for how long they are refused", async () => {
    const { asked, clock } = await open({ max_failed_attempts: 1, failed_attempts_window_seconds: 30 });
    expect(await asked("192.0.2.1", newToken().token)).toBe("unknown");
    clock.advance(29_999);
    expect(await asked("192.0.2.1", newToken().token)).toBe("throttled");
    clock.advance(1);
    expect(await asked("192.0.2.1", newToken().token)).toBe("unknown");
  });

  test("are counted for the token that they mean, too; whoever has it goes on", async () => {
    const { asked } = await open({ max_failed_attempts: 3 });
    const { secret } = await createToken(database, { name: "ci", permissions: ["tasker.task:*"] }, by);
    const guess = `${secret.slice(0, -4)}AAAA`;
    for (const address of ["192.0.2.1", "192.0.2.2", "192.0.2.3"]) expect(await asked(address, guess)).toBe("unknown");
    expect(await asked("192.0.2.1", guess)).toBe("throttled");
    expect(await asked("192.0.2.9", secret)).toBe("let in");
  });

  test("are counted for a whole network of IPv6, and for an address of IPv4 in whatever form", async () => {
    const { asked } = await open({ max_failed_attempts: 1 });
    for (const [first, second, other] of [
      ["2001:db8::1", "2001:0db8:0:0:ffff::9", "2001:db8:0:1::1"],
      ["192.0.2.1", "::ffff:192.0.2.1", "::ffff:192.0.2.2"],
    ] as const) {
      expect(await asked(first, newToken().token)).toBe("unknown");
      expect(await asked(second, newToken().token)).toBe("throttled");
      expect(await asked(other, newToken().token)).toBe("unknown");
    }
  });

  test("are written to the audit log once in a window for an address, and when it is refused", async () => {
    const { asked, clock } = await open({ max_failed_attempts: 2, failed_attempts_window_seconds: 30 });
    clock.advance(3_600_000);
    const since = new Date(clock.now());
    const meant = newToken();
    const written = async () => {
      const rows = await listAudit(database, { action: "authentication.*", since });
      return rows
        .toReversed()
        .map(({ action, address, resourceId, details }) => [...[action, address, resourceId], Object(details).reason]);
    };
    for (let attempt = 0; attempt < 4; attempt += 1) await asked("192.0.2.33", meant.token);
    const first = ["authentication.fail", "192.0.2.33", meant.prefix, "unknown"];
    const refused = ["authentication.throttle", "192.0.2.33", meant.prefix, "throttled"];
    expect(await written()).toEqual([first, refused]);
    clock.advance(30_000);
    await asked("192.0.2.33", meant.token);
    await asked("127.0.0.1", meant.token);
    await reasonOf((await open({})).auth.admit(request({}, { address: "192.0.2.34" })));
    expect(await written()).toEqual([
      first,
      refused,
      first,
      ["authentication.fail", "127.0.0.1", meant.prefix, "unknown"],
    ]);
    expect(JSON.stringify(await listAudit(database, { since }))).not.toContain(meant.token);
  });

  test("of many addresses do not fill the audit log", async () => {
    const { asked, clock } = await open({});
    clock.advance(7_200_000);
    const since = new Date(clock.now());
    for (let address = 0; address < 150; address += 1) await asked(`198.51.100.${address}`, newToken().token);
    expect(await listAudit(database, { action: "authentication.fail", since, limit: 200 })).toHaveLength(100);
  });

  test("are not counted where nothing was sent, and not of this machine itself", async () => {
    const { asked, auth } = await open({ max_failed_attempts: 1 });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(await reasonOf(auth.admit(request({}, { address: "192.0.2.1" })))).toBe("missing");
      expect(await asked(null, newToken().token)).toBe("unknown");
      expect(await asked("127.0.0.1", newToken().token)).toBe("unknown");
    }
  });
});
