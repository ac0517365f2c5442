import { expect, onTestFinished, test } from "vitest";
import { ROUTES } from "../../src/client/index.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { auditOf, refusalOf, serveTokens } from "./support/serve-tokens.ts";

async function serveCircuits() {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  await database.execute(`
    insert into tasker_circuits (namespace, name, state, since, next_probe_at, detail, version, updated_at)
    select namespace, 'bank', 'open', '2026-01-01', '2026-01-02', '{}', 1, '2026-01-01'
    from unnest('{payments,stock}'::text[]) namespace;
    insert into tasker_permits (process_id, permit_no, limiter, task_id, workflow_step_id, granted_at)
    values (1, 1, '["payments","system","bank"]', 1, 1, now()), (1, 2, '["stock","name","carrier","a"]', 2, 2, now())`);
  return { ...(await serveTokens(database)), database };
}

const LIMITED = {
  permissions: ["tasker.circuit:*", "tasker.limit:*"],
  namespaces: ["payments"],
};

describeOnPostgres("circuits and limits over HTTP", () => {
  test("are those of the namespaces that somebody may see", async () => {
    const { clientOf } = await serveCircuits();
    const all = await clientOf({ roles: ["viewer"] });
    const limited = await clientOf(LIMITED);
    const { circuits } = await all.call(ROUTES.listCircuits);
    expect(circuits.map(({ namespace }) => namespace)).toEqual(["payments", "stock"]);
    expect((await limited.call(ROUTES.listCircuits)).circuits).toEqual([
      {
        ...{ namespace: "payments", name: "bank", state: "open", failures: 0, probes: 0 },
        ...{ since: "2026-01-01T00:00:00.000Z", next_probe_at: "2026-01-02T00:00:00.000Z" },
        updated_at: "2026-01-01T00:00:00.000Z",
      },
    ]);
    expect((await limited.call(ROUTES.listCircuits, { query: { namespace: "stock" } })).circuits).toEqual([]);
    const facts = { in_use: 1, left_behind: 1, waiting: 0, waiting_since: null, next_at: null };
    const ofPayments = { namespace: "payments", kind: "system", name: "bank", has_key: false, key: null, ...facts };
    expect((await limited.call(ROUTES.listLimits)).limits).toEqual([ofPayments]);
    expect((await all.call(ROUTES.listLimits)).limits).toEqual([
      ofPayments,
      { namespace: "stock", kind: "name", name: "carrier", has_key: true, key: "a", ...facts },
    ]);
  });

  test("are told page by page", async () => {
    const { clientOf, database } = await serveCircuits();
    await database.execute(`
      insert into tasker_circuits (namespace, name, state, since, detail, version, updated_at)
      select 'payments', 'c' || n, 'closed', '2026-01-01', '{}', 1, '2026-01-01' from generate_series(1, 4) n;
      insert into tasker_permits (process_id, permit_no, limiter, task_id, workflow_step_id, granted_at)
      select 1, 10 + n, format('["payments","system","s%s"]', n), 1, 1, now() from generate_series(1, 4) n`);
    const limited = await clientOf(LIMITED);
    const walk = async (read: (cursor?: string) => Promise<{ names: string[]; next: string | null }>) => {
      const pages: string[][] = [];
      let cursor: string | undefined;
      do {
        const { names, next } = await read(cursor);
        pages.push(names);
        cursor = next ?? undefined;
      } while (cursor !== undefined);
      return pages;
    };
    const circuits = walk(async (cursor) => {
      const page = await limited.call(ROUTES.listCircuits, { query: { limit: 2, cursor } });
      return { names: page.circuits.map(({ name }) => name), next: page.next_cursor };
    });
    expect(await circuits).toEqual([["bank", "c1"], ["c2", "c3"], ["c4"]]);
    const limits = walk(async (cursor) => {
      const page = await limited.call(ROUTES.listLimits, { query: { limit: 2, cursor } });
      return { names: page.limits.map(({ name }) => name), next: page.next_cursor };
    });
    expect(await limits).toEqual([["bank", "s1"], ["s2", "s3"], ["s4"]]);
  });

  test("a circuit is closed by those who may in its namespace, which stands in the audit log", async () => {
    const { clientOf, database } = await serveCircuits();
    const limited = await clientOf(LIMITED);
    const close = (namespace: string, client = limited) =>
      client.call(ROUTES.closeCircuit, { params: { namespace, name: "bank" }, body: { reason: "mended" } });
    expect(await refusalOf(close("stock"))).toEqual([404, "TASKER_NOT_FOUND"]);
    const reader = await clientOf({
      permissions: ["tasker.circuit:close", "tasker.task:index"],
      namespaces: ["stock"],
    });
    expect(await refusalOf(close("payments", reader))).toEqual([404, "TASKER_NOT_FOUND"]);
    expect(await refusalOf(close("payments", await clientOf({ roles: ["viewer"] })))).toEqual([
      403,
      "TASKER_FORBIDDEN",
    ]);
    expect(await close("payments")).toEqual({ namespace: "payments", name: "bank", outcome: "done" });
    expect(await close("payments")).toMatchObject({ outcome: "already" });
    expect(await auditOf(database, "tasker.circuit")).toEqual([
      { action: "circuit.close", id: "bank", kind: "token", source: "rest", reason: "mended" },
    ]);
  });
});
