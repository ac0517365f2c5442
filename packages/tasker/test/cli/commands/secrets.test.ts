import { expect, test } from "vitest";
import { listAudit } from "../../../src/auth/audit/list-audit.ts";
import { openPostgres } from "../../../src/database/postgres.ts";
import { graphTemplate, startEngine, useDatabase } from "../../support/engine-harness.ts";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import { runCaptured } from "../support/captured-io.ts";

const [OLD, NEW] = ["01".repeat(32), "02".repeat(32)];

describeOnPostgres("tasker secrets rotate", () => {
  test("brings values under the first key; task show decrypts with the keys, and shows what is stored without", async () => {
    const server = await createTestDatabase();
    const database = await useDatabase(() => openPostgres(server.url));
    const template = graphTemplate("a", { namespace: "shop", run: () => ({ token: "a-token" }) });
    const { engine } = await startEngine(database, [template], { encryption: { keys: [{ id: "old", key: OLD }] } });
    const { taskId } = await engine.submit({ namespace: "shop", name: "graph", context: { card: "4111" } });
    await engine.settled(taskId);
    await engine.stop();
    const tasker = (keys: object[], ...argv: string[]) =>
      runCaptured(argv, {
        cwd: "/",
        env: { DATABASE_URL: server.url, NEW, OLD, TASKER_ENGINE__ENCRYPTION_KEYS: JSON.stringify(keys) },
      });
    const keys = [
      { id: "new", key: `\${env:NEW}` },
      { id: "old", key: `\${env:OLD}` },
    ];
    expect(await tasker([], "secrets", "rotate")).toMatchObject({
      err: expect.stringContaining("engine.encryption_keys is empty, expected at least one key"),
    });
    expect(await tasker(keys, "secrets", "rotate")).toMatchObject({
      code: 0,
      out: "2 values are now under the key new\n",
    });
    expect(await listAudit(database, { action: "secrets.rotate" })).toMatchObject([{ details: { key: "new" } }]);
    const shown = JSON.parse((await tasker(keys.slice(0, 1), "task", "show", String(taskId), "--json")).out);
    expect(shown).toMatchObject({ context: { card: "4111" }, steps: [{ results: { token: "a-token" } }] });
    const opaque = JSON.parse((await tasker([], "task", "show", String(taskId), "--json")).out);
    expect(opaque).toMatchObject({ context: { $tasker: "enc1", kid: "new" } });
    const option = await tasker(keys, "config", "explain", "engine.encryption_keys");
    expect(option.out).toContain(`\${env:NEW}`);
    expect(option.out).not.toContain(NEW);
  });
});
