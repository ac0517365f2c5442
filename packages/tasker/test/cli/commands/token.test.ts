import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import type { ThrowAwayDatabase } from "../../support/test-server.ts";
import { runCaptured } from "../support/captured-io.ts";

describeOnPostgres("tasker token", () => {
  let database: ThrowAwayDatabase;
  const tasker = (...argv: string[]) =>
    runCaptured(argv, { cwd: process.cwd(), env: { DATABASE_URL: database.url, USER: "ada" } });
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  test("create shows the token once, alone on standard output", async () => {
    const { code, out, err } = await tasker(
      ...["token", "create", "ci", "--role", "operator", "--namespace", "payments", "--expires-in", "90d"],
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^tasker_[0-9a-f]{12}_[\w-]{43}\n$/);
    expect(err).toBe("token 1 (ci); this is the only time that it is shown:\n");
    const table = (await tasker("token", "list")).out;
    expect(table).toMatch(/1 +ci +tasker_[0-9a-f]{12}_\.\.\. +operator +payments +\d{4}-.*Z +never +-\n$/);
    expect(table).not.toContain(out.trim());
  });

  test("rotate makes another one; revoke ends one; all print objects for programs", async () => {
    const made = JSON.parse((await tasker("token", "create", "bot", "--permission", "tasker.task:*", "--json")).out);
    expect(made).toMatchObject({ name: "bot", permissions: ["tasker.task:*"], namespaces: null, expires_at: null });
    const next = JSON.parse((await tasker("token", "rotate", String(made.token_id), "--overlap", "1h", "--json")).out);
    expect(next).toMatchObject({ name: "bot", rotated_from: made.token_id, token: expect.stringMatching(/^tasker_/) });
    expect(await tasker("token", "revoke", String(next.token_id), "--actor", "grace")).toMatchObject({
      code: 0,
      out: `token ${next.token_id} (bot) is revoked\n`,
    });
    const listed = (await tasker("token", "list", "--json")).out.trim().split("\n");
    expect(listed.map((line) => JSON.parse(line))).toMatchObject([
      { token_id: next.token_id, revoked_at: expect.any(String) },
      { token_id: made.token_id, revoked_at: null, expires_at: expect.any(String) },
      { name: "ci" },
    ]);
    expect(listed.join()).not.toContain(next.token);
    const audited = (await tasker("audit", "list", "--action", "token.*", "--json")).out.trim().split("\n");
    expect(audited.map((line) => JSON.parse(line))).toMatchObject([
      { action: "token.revoke", actor: "grace" },
      { action: "token.rotate", actor: "ada" },
      { action: "token.create" },
      { action: "token.create" },
    ]);
  });

  test.each([
    [["token", "create", "ci"], "a role or a permission at least"],
    [["token", "create", "ci", "--permission", "tasker.task:retri"], "expected a permission such as"],
    [["token", "create", "ci", "--role", "oprator"], 'expected a role that there is (did you mean "operator"?)'],
    [["token", "revoke", "99"], "TASKER_TOKEN_NOT_FOUND"],
    [["token", "rotate", "99"], "TASKER_TOKEN_NOT_FOUND"],
  ])("%j is an error", async (argv, message) => {
    const { code, err } = await tasker(...argv);
    expect(code).toBe(1);
    expect(err).toContain(message);
  });
});
