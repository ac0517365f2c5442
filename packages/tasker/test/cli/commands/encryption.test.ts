import { randomBytes } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { openPostgres } from "../../../src/database/postgres.ts";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import { runCaptured } from "../support/captured-io.ts";
import { createOrderProject } from "../support/order-project.ts";
import { runTasker, TaskerProcess } from "../support/tasker-process.ts";

const TIMEOUT_MS = 120_000;
const key = () => randomBytes(32).toString("hex");
const reference = (id: string) => `{id: ${id}, key: "\${env:${id.toUpperCase()}}"}`;
const configuration = (...ids: string[]) =>
  `version: 1\nengine:\n  encryption_keys: [${ids.map(reference).join(", ")}]\n`;

async function startProject() {
  const server = await createTestDatabase();
  onTestFinished(server.drop);
  const database = await openPostgres(server.url);
  onTestFinished(() => database.close());
  const project = createOrderProject({ "tasker.yaml": configuration("old") });
  onTestFinished(() => project[Symbol.dispose]());
  const options = { cwd: project.path, env: { DATABASE_URL: server.url, OLD: key(), NEW: key() } };
  return { database, project, options, tasker: (...argv: string[]) => runCaptured(argv, options) };
}

describeOnPostgres("encryption at the command line", () => {
  test("tasker run shows what came of a task decrypted", async () => {
    const { database, tasker } = await startProject();
    const { out } = await tasker("run", "order.yaml", "--context", '{"amount": 4711}');
    expect(out).toContain("4711");
    expect(out).not.toContain("$tasker");
    const rows = await database.query(
      "select context::text || coalesce(results::text, '') as stored from tasker_tasks join tasker_workflow_steps using (task_id)",
    );
    expect(JSON.stringify(rows)).not.toContain("4711");
  });

  test(
    "holds when processes are killed in the middle, those that rotate keys and those that run tasks",
    async () => {
      const { database, project, options, tasker } = await startProject();
      for (let amount = 1; amount <= 12; amount += 1) {
        await tasker("submit", "order.yaml", "--context", JSON.stringify({ amount }));
      }
      project.write("tasker.yaml", configuration("new", "old"));
      const count = async (kid: string) => {
        const [row] = await database.query(
          `select (select count(*)::int from tasker_tasks where context ->> 'kid' = $1) +
             (select count(*)::int from tasker_workflow_steps where results ->> 'kid' = $1) as count`,
          [kid],
        );
        return Number(row?.count);
      };
      expect(await count("old")).toBe(12);
      const running = () =>
        new TaskerProcess(["work", "--template", "order.yaml", "--until-idle", "--lease", "1"], options);
      const rotating = () => new TaskerProcess(["secrets", "rotate", "--batch-size", "1"], options);
      const [worker, rotation] = [running(), rotating()];
      while ((await count("new")) === 0) {
        const ended = [worker, rotation].find(({ child }) => child.exitCode !== null);
        if (ended !== undefined) throw new Error(`it ended first:\n${ended.err}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await Promise.all([worker.kill(), rotation.kill()]);
      expect(await running().ended).toMatchObject({ code: 0 });
      // Rows that are written meanwhile are passed over: nobody writes now.
      expect(await runTasker(["secrets", "rotate"], options)).toMatchObject({ code: 0 });
      expect(await count("old")).toBe(0);
      project.write("tasker.yaml", configuration("new"));
      const [task] = await database.query("select max(task_id)::int as id from tasker_tasks");
      const shown = JSON.parse((await tasker("task", "show", String(task?.id), "--json")).out);
      expect(shown).toMatchObject({ state: "complete", context: { amount: expect.any(Number) } });
      const [states] = await database.query(
        "select count(*)::int as complete from tasker_task_transitions where most_recent and to_state = 'complete'",
      );
      expect(states).toEqual({ complete: 12 });
      expect(await tasker("db", "check")).toMatchObject({ code: 0 });
    },
    TIMEOUT_MS,
  );
});
