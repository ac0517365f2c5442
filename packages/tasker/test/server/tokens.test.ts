import { expect, onTestFinished, test } from "vitest";
import { Client, ROUTES } from "../../src/client/index.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { refusalOf, serveTokens } from "./support/serve-tokens.ts";

const MANAGER = { permissions: ["tasker.token:*", "tasker.audit:index", "tasker.task:index", "tasker.task:show"] };

async function serveManaged() {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  const made = await serveTokens(database);
  const manager = await made.clientOf({ name: "manager", ...MANAGER });
  return { ...made, database, manager, holderOf: (token: string) => new Client({ baseUrl: made.url, token }) };
}

const FORBIDDEN = [403, "TASKER_FORBIDDEN"];
const permissions = ["tasker.task:index"];

describeOnPostgres("API tokens over HTTP", () => {
  test("are made with a secret that is answered once, are listed without it, and let their holders in", async () => {
    const { manager, holderOf } = await serveManaged();
    const made = await manager.call(ROUTES.createToken, {
      body: { name: "ci", permissions, namespaces: ["payments"], expires_at: "2100-01-01T00:00:00Z" },
    });
    expect(made).toMatchObject({ token_id: 2, name: "ci", permissions, namespaces: ["payments"], revoked_at: null });
    expect(made.created_by).toBe("manager (token:1)");
    expect((await holderOf(made.token).call(ROUTES.listTasks)).tasks).toEqual([]);
    const first = await manager.call(ROUTES.listTokens, { query: { limit: 1 } });
    expect(first.tokens.map(({ name }) => name)).toEqual(["ci"]);
    expect(JSON.stringify(first)).not.toContain(made.token);
    const rest = await manager.call(ROUTES.listTokens, { query: { limit: 1, cursor: first.next_cursor ?? "" } });
    expect(rest).toMatchObject({ tokens: [{ name: "manager", namespaces: null }], next_cursor: null });
  });

  test("can do no more than whoever makes them", async () => {
    const { manager, clientOf } = await serveManaged();
    const make = (body: object, client = manager) => client.call(ROUTES.createToken, { body: { name: "t", ...body } });
    expect(await refusalOf(make({ permissions: ["tasker.task:cancel"] }))).toEqual(FORBIDDEN);
    expect(await refusalOf(make({ permissions: ["*:*"] }))).toEqual(FORBIDDEN);
    expect(await refusalOf(make({ roles: ["admin"] }))).toEqual(FORBIDDEN);
    expect(await refusalOf(make({ permissions: ["tasker.tsk:index"] }))).toEqual([400, "TASKER_INVALID_REQUEST"]);
    expect(await refusalOf(make({}))).toEqual([400, "TASKER_INVALID_REQUEST"]);
    const admin = await clientOf({ roles: ["admin"] });
    expect(await make({ roles: ["admin"] }, admin)).toMatchObject({ roles: ["admin"] });
    const limited = await clientOf({ ...MANAGER, namespaces: ["payments"] });
    expect(await refusalOf(make({ permissions, namespaces: ["payments"] }, limited))).toEqual(FORBIDDEN);
  });

  test("are rotated by those who have all that they have", async () => {
    const { manager, tokenOf, holderOf } = await serveManaged();
    const { token: old, secret } = await tokenOf({ name: "ci", permissions });
    const { token: mighty } = await tokenOf({ roles: ["admin"] });
    const rotate = (id: number) =>
      manager.call(ROUTES.rotateToken, { params: { token_id: id }, body: { overlap_seconds: 60 } });
    const made = await rotate(old.id);
    expect(made).toMatchObject({ name: "ci", permissions, rotated_from: old.id });
    for (const held of [made.token, secret]) await holderOf(held).call(ROUTES.listTasks);
    expect(await refusalOf(rotate(mighty.id))).toEqual(FORBIDDEN);
    expect(await refusalOf(rotate(99))).toEqual([404, "TASKER_TOKEN_NOT_FOUND"]);
  });

  test("are revoked once; all of it stands in the audit log", async () => {
    const { manager } = await serveManaged();
    const { token_id } = await manager.call(ROUTES.createToken, { body: { name: "ci", permissions } });
    const params = { token_id };
    expect((await manager.call(ROUTES.revokeToken, { params })).revoked_at).not.toBeNull();
    expect(await refusalOf(manager.call(ROUTES.revokeToken, { params }))).toEqual([404, "TASKER_TOKEN_NOT_FOUND"]);
    const { entries } = await manager.call(ROUTES.listAudit, {
      query: { action: "token.*", actor: "manager (token:1)" },
    });
    expect(entries.map(({ action, resource_id, source }) => [action, resource_id, source])).toEqual([
      ["token.revoke", "2", "rest"],
      ["token.create", "2", "rest"],
    ]);
    expect(entries[0]).toMatchObject({ address: "127.0.0.1", request_id: expect.stringMatching(/^[\w-]{36}$/) });
  });

  test("are nothing for those who may only look at tasks", async () => {
    const { clientOf } = await serveManaged();
    const operator = await clientOf({ roles: ["operator"] });
    const params = { token_id: 1 };
    expect(await refusalOf(operator.call(ROUTES.listTokens))).toEqual(FORBIDDEN);
    expect(await refusalOf(operator.call(ROUTES.revokeToken, { params }))).toEqual(FORBIDDEN);
    expect(await refusalOf(operator.call(ROUTES.rotateToken, { params, body: {} }))).toEqual(FORBIDDEN);
    expect(await refusalOf(operator.call(ROUTES.listAudit))).toEqual(FORBIDDEN);
  });
});

describeOnPostgres("the audit log over HTTP", () => {
  test("shows what belongs to the namespaces that somebody may see, page by page, filtered", async () => {
    const { database, clientOf } = await serveManaged();
    await database.execute(`
      insert into tasker_audit_log (at, actor, actor_kind, source, action, resource, resource_id, namespace, details)
      select '2026-01-01', 'ada', 'user', 'rest', 'task.cancel', 'tasker.task', number, namespace, '{}'
      from (values (1, 'payments'), (2, 'stock'), (3, 'payments'), (4, null)) as t(number, namespace)`);
    const auditor = await clientOf({ permissions: ["tasker.audit:index"] });
    const limited = await clientOf({ permissions: ["tasker.audit:index"], namespaces: ["payments"] });
    const idsOf = async (client: Client, query: object = {}) => {
      const page = await client.call(ROUTES.listAudit, { query: { actor: "ada", ...query } });
      return { ids: page.entries.map(({ resource_id }) => resource_id), next: page.next_cursor };
    };
    expect((await idsOf(auditor)).ids).toEqual(["4", "3", "2", "1"]);
    const first = await idsOf(limited, { limit: 1 });
    expect(first.ids).toEqual(["3"]);
    expect(await idsOf(limited, { cursor: first.next })).toEqual({ ids: ["1"], next: null });
    expect((await idsOf(limited, { namespace: ["stock"] })).ids).toEqual([]);
    expect((await idsOf(auditor, { resource_id: "2" })).ids).toEqual(["2"]);
    expect((await idsOf(auditor, { since: "2026-01-01T00:00:01Z" })).ids).toEqual([]);
  });
});
