import { afterAll, beforeAll, expect, test } from "vitest";
import { openPostgres } from "../../../src/database/postgres.ts";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import type { ThrowAwayDatabase } from "../../support/test-server.ts";
import { runCaptured } from "../support/captured-io.ts";
import { createOrderProject } from "../support/order-project.ts";
import type { WorkDirectory } from "../support/work-directory.ts";

describeOnPostgres("tasker task signal", () => {
  let database: ThrowAwayDatabase;
  let project: WorkDirectory;
  const tasker = (...argv: string[]) =>
    runCaptured(argv, { cwd: project.path, env: { DATABASE_URL: database.url, USER: "ada" } });

  beforeAll(async () => {
    database = await createTestDatabase();
    project = createOrderProject();
    await tasker("submit", "order.yaml", "--context", '{"amount": 1}');
  });
  afterAll(async () => {
    project[Symbol.dispose]();
    await database.drop();
  });

  test("keeps a signal for a task, once for each key", async () => {
    const send = () =>
      tasker("task", "signal", "1", "go", "--payload", '{"by": 7}', "--sender", "grace", "--idempotency-key", "k");
    expect(await send()).toMatchObject({ code: 0, out: "1\n", err: "" });
    expect(await send()).toMatchObject({ code: 0, out: "1\n", err: expect.stringContaining("already") });
    const { out } = await tasker("task", "signal", "1", "go", "--json");
    expect(JSON.parse(out)).toEqual({ signal_id: expect.any(Number), created: true });
    const connection = await openPostgres(database.url, { connections: 1 });
    const rows = await connection.query("select name, payload, sender from tasker_signals order by signal_id");
    await connection.close();
    expect(rows).toEqual([
      { name: "go", payload: { by: 7 }, sender: "grace" },
      { name: "go", payload: null, sender: "ada" },
    ]);
  });

  test("refuses a task that is not there, and a payload that is no JSON", async () => {
    expect(await tasker("task", "signal", "4711", "go")).toMatchObject({
      out: "",
      err: expect.stringContaining("4711"),
    });
    const broken = await tasker("task", "signal", "1", "go", "--payload", "{");
    expect(broken.err).toContain("--payload:1");
    expect(broken.code).not.toBe(0);
  });
});
