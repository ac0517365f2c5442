import { afterAll, beforeAll, expect, test } from "vitest";
import { listAudit } from "../../../src/auth/audit/list-audit.ts";
import { TokenAuthenticator } from "../../../src/auth/authenticators/token-authenticator.ts";
import { createToken, listTokens, revokeToken, rotateToken } from "../../../src/auth/tokens/manage-tokens.ts";
import { TokenDirectory } from "../../../src/auth/tokens/token-directory.ts";
import { hashSecret, matchesHash, newToken, prefixOf } from "../../../src/auth/tokens/token-secret.ts";
import type { Database } from "../../../src/database/database.ts";
import { InvalidRequestError, TokenNotFoundError } from "../../../src/errors/index.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { bearing, reasonOf, request } from "../support/requests.ts";

const by = { actor: "ada", actorKind: "cli", source: "cli" } as const;
const HOUR = 3_600_000;

test("a secret is compared by its hash, and matches nothing where there is none", () => {
  const { token, prefix } = newToken();
  expect(prefixOf(token)).toBe(prefix);
  expect(matchesHash(token, hashSecret(token))).toBe(true);
  expect(matchesHash(`${token}x`, hashSecret(token))).toBe(false);
  expect(matchesHash(token, null)).toBe(false);
  expect(matchesHash(token, hashSecret(token).slice(2))).toBe(false);
  for (const text of ["", "tasker_", `${token}=`, ` ${token}`, token.toUpperCase(), token.slice(1)]) {
    expect(prefixOf(text)).toBeNull();
  }
});

test("comparing takes as long for a secret that is wrong at its first character as for one that is wrong at its last", () => {
  const { token } = newToken();
  const hash = hashSecret(token);
  const first = `X${token.slice(1)}`;
  const last = `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`;
  const time = (secret: string, expected: string | null) => {
    const start = process.hrtime.bigint();
    for (let at = 0; at < 300; at++) matchesHash(secret, expected);
    return Number(process.hrtime.bigint() - start);
  };
  // The least of many rounds is what nothing else on the machine has disturbed.
  const least = { first: Infinity, last: Infinity, right: Infinity, none: Infinity };
  for (let round = 0; round < 60; round++) {
    least.first = Math.min(least.first, time(first, hash));
    least.last = Math.min(least.last, time(last, hash));
    least.right = Math.min(least.right, time(token, hash));
    least.none = Math.min(least.none, time(token, null));
  }
  const times = Object.values(least);
  expect(Math.max(...times) / Math.min(...times)).toBeLessThan(1.5);
});

describeOnPostgres("API tokens", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  const makeWorld = () => {
    const clock = new ManualClock();
    let reads = 0;
    const counted: Database = {
      ...database,
      run: (statement, parameters) => {
        if (statement.name === "token_select") reads++;
        return database.run(statement, parameters);
      },
    };
    const directory = new TokenDirectory({ database: counted, clock, cacheMs: 2000, capacity: 3 });
    const authenticator = new TokenAuthenticator(directory, clock);
    return { clock, authenticator, directory, reads: () => reads };
  };
  const make = (clock: ManualClock, rest: object = {}) =>
    createToken(database, { name: "ci", roles: ["operator"], namespaces: ["payments"], ...rest }, by, { clock });

  test("let in whoever sends them; only their hashes are stored", async () => {
    const { clock, authenticator } = makeWorld();
    const expiresAt = new Date(clock.now() + HOUR);
    const { token, secret } = await make(clock, { permissions: ["tasker.task:*"], expiresAt });
    expect(await authenticator.authenticate(bearing(secret))).toEqual({
      id: `token:${token.id}`,
      kind: "token",
      name: "ci",
      roles: ["operator"],
      permissions: ["tasker.task:*"],
      namespaces: ["payments"],
      tokenId: token.id,
      expiresAt,
    });
    const [row] = await database.query("select t::text as text from tasker_api_tokens t where token_id = $1", [
      token.id,
    ]);
    expect(row?.text).toContain(hashSecret(secret));
    expect(row?.text).not.toContain(secret.slice(-43));
    clock.advance(HOUR);
    expect(await reasonOf(authenticator.authenticate(bearing(secret)))).toBe("expired");
  });

  test("are refused if a single character differs, if they are not known, or sent in another way", async () => {
    const { clock, authenticator } = makeWorld();
    const { secret } = await make(clock);
    const wrong = `${secret.slice(0, -1)}${secret.endsWith("A") ? "B" : "A"}`;
    expect(await reasonOf(authenticator.authenticate(bearing(wrong)))).toBe("unknown");
    expect(await reasonOf(authenticator.authenticate(bearing(newToken().token)))).toBe("unknown");
    for (const authorization of [secret, `Basic ${secret}`, `Token ${secret}`, undefined]) {
      expect(await reasonOf(authenticator.authenticate(request({ authorization })))).toBe("missing");
    }
    for (const authorization of [`Bearer ${secret} x`, "Bearer", "Bearer ", [`Bearer ${secret}`, "Bearer x"]]) {
      expect(await reasonOf(authenticator.authenticate(request({ authorization })))).toBe("malformed");
    }
    expect(await reasonOf(authenticator.authenticate(bearing(`tasker_${"a".repeat(9000)}`)))).toBe("malformed");
  });

  test("that one process revokes are refused in others within the two seconds for which these keep what they read", async () => {
    const { clock, authenticator, reads } = makeWorld();
    const { token, secret } = await make(clock);
    await Promise.all([1, 2, 3].map(() => authenticator.authenticate(bearing(secret))));
    expect(reads()).toBe(1);
    await revokeToken(database, token.id, by, { clock });
    clock.advance(1999);
    expect(await reasonOf(authenticator.authenticate(bearing(secret)))).toBe("let in");
    clock.advance(1);
    expect(await reasonOf(authenticator.authenticate(bearing(secret)))).toBe("revoked");
    await expect(revokeToken(database, token.id, by)).rejects.toBeInstanceOf(TokenNotFoundError);
  });

  test("that are made while nobody has them are found at the next look; the memory of looks is bounded", async () => {
    const { clock, directory, reads } = makeWorld();
    const { prefix } = newToken();
    expect(await directory.find(prefix)).toBeNull();
    expect(await directory.find(prefix)).toBeNull();
    expect(reads()).toBe(1);
    for (let at = 0; at < 5; at++) await directory.find(newToken().prefix);
    await directory.find(prefix);
    expect(reads()).toBe(7);
    clock.advance(2000);
    await directory.find(prefix);
    expect(reads()).toBe(8);
  });

  test("know when they were last used, to a minute", async () => {
    const { clock, authenticator } = makeWorld();
    const { token, secret } = await make(clock);
    const usedAt = async () => (await listTokens(database)).find(({ id }) => id === token.id)?.lastUsedAt?.getTime();
    expect(await usedAt()).toBeUndefined();
    const first = clock.now();
    await authenticator.authenticate(bearing(secret));
    clock.advance(59_999);
    await authenticator.authenticate(bearing(secret));
    expect(await usedAt()).toBe(first);
    clock.advance(2000);
    await authenticator.authenticate(bearing(secret));
    expect(await usedAt()).toBe(clock.now());
  });

  test("are rotated: the new one can the same and lasts as long, the old one ends after the overlap", async () => {
    const { clock, authenticator } = makeWorld();
    const old = await make(clock, { expiresAt: new Date(clock.now() + 48 * HOUR) });
    clock.advance(HOUR);
    const { token, secret } = await rotateToken(database, old.token.id, by, { overlapMs: HOUR, clock });
    expect(token).toMatchObject({
      name: "ci",
      roles: ["operator"],
      namespaces: ["payments"],
      rotatedFrom: old.token.id,
      expiresAt: new Date(clock.now() + 48 * HOUR),
    });
    for (const each of [old.secret, secret])
      expect(await reasonOf(authenticator.authenticate(bearing(each)))).toBe("let in");
    clock.advance(HOUR);
    expect(await reasonOf(authenticator.authenticate(bearing(old.secret)))).toBe("expired");
    expect(await reasonOf(authenticator.authenticate(bearing(secret)))).toBe("let in");
    await expect(rotateToken(database, old.token.id, by, { clock })).rejects.toBeInstanceOf(TokenNotFoundError);
  });

  test("leave who made, rotated and revoked them in the audit log, without their secrets", async () => {
    const { clock } = makeWorld();
    const { token, secret } = await make(clock);
    const { token: next } = await rotateToken(database, token.id, by, { clock });
    await revokeToken(database, next.id, by, { clock });
    const records = await listAudit(database, { resource: "tasker.token", limit: 3 });
    expect(records.map(({ action, resourceId, actor }) => [action, resourceId, actor])).toEqual([
      ["token.revoke", String(next.id), "ada"],
      ["token.rotate", String(next.id), "ada"],
      ["token.create", String(token.id), "ada"],
    ]);
    expect(JSON.stringify(records)).not.toContain(secret.slice(-43));
    expect(records[2]?.details).toMatchObject({
      name: "ci",
      roles: ["operator"],
      namespaces: ["payments"],
      expires_at: null,
    });
  });

  test.each<[object, string]>([
    [{ name: " " }, 'name is " ", expected 1 to 255 characters'],
    [{ roles: [] }, "a role or a permission at least"],
    [{ namespaces: [] }, "the name of a namespace at least"],
    [{ permissions: ["tasker.task:retri"] }, 'permissions is "tasker.task:retri", expected a permission such as'],
    [{ expiresAt: new Date(0) }, "expected a moment to come"],
    [{ roles: Array.from({ length: 201 }, (_, at) => `r${at}`) }, "expected at most 200"],
  ])("%j is refused", async (rest, message) => {
    const made = make(new ManualClock(), rest);
    await expect(made).rejects.toBeInstanceOf(InvalidRequestError);
    await expect(made).rejects.toThrow(message);
  });

  test("that cannot be looked up because the database is away let nobody in, and are looked up again", async () => {
    const { clock } = makeWorld();
    const { secret } = await make(clock);
    let away = true;
    const flaky: Database = {
      ...database,
      run: (statement, parameters) => (away ? Promise.reject(new Error("away")) : database.run(statement, parameters)),
    };
    const authenticator = new TokenAuthenticator(new TokenDirectory({ database: flaky, clock, cacheMs: 2000 }), clock);
    await expect(authenticator.authenticate(bearing(secret))).rejects.toThrow("away");
    away = false;
    expect(await reasonOf(authenticator.authenticate(bearing(secret)))).toBe("let in");
  });
});
