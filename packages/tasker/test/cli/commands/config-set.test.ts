import { expect, onTestFinished, test } from "vitest";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import { runCaptured } from "../support/captured-io.ts";
import { createOrderProject } from "../support/order-project.ts";
import { TaskerProcess } from "../support/tasker-process.ts";

const TIMEOUT_MS = 60_000;

/** A project with a database, and a worker in so many processes. */
async function startProject(processes: number) {
  const database = await createTestDatabase();
  onTestFinished(database.drop);
  const project = createOrderProject();
  onTestFinished(() => project[Symbol.dispose]());
  const options = { cwd: project.path, env: { DATABASE_URL: database.url } };
  const workers = Array.from({ length: processes }, () => {
    const worker = new TaskerProcess(["work", "--template", "order.yaml", "--log-format", "json"], options);
    onTestFinished(async () => {
      worker.child.kill("SIGKILL");
      await worker.ended;
    });
    return worker;
  });
  const seen = async (text: string) => {
    while (workers.some(({ err }) => !err.includes(text))) {
      const ended = workers.find(({ child }) => child.exitCode !== null);
      if (ended !== undefined) throw new Error(`it ended first:\n${ended.err}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  return { seen, tasker: (...argv: string[]) => runCaptured(argv, options) };
}

describeOnPostgres("an option that is set in the database", () => {
  test("is shown with its origin, explained, and checked with everything else", async () => {
    const { tasker } = await startProject(0);
    const key = "backoff.max_backoff_seconds";
    expect(await tasker("config", "set", key, "60")).toMatchObject({ code: 0, out: `${key} is 60\n` });
    expect((await tasker("config", "show", "--origin")).out).toMatch(/backoff\.max_backoff_seconds +60 +database\n/);
    expect((await tasker("config", "explain", key)).out).toContain("now: 60, from database\n");
    expect((await tasker("config", "validate")).out).toContain("1 options from database");
  });

  test(
    "takes effect in every process soon, by looks at the database that are half a second apart",
    async () => {
      const { seen, tasker } = await startProject(2);
      await seen("working on");
      expect(await tasker("config", "set", "backoff.max_backoff_seconds", "60")).toMatchObject({ code: 0 });
      const setAt = performance.now();
      await seen('"message":"the configuration has changed"');
      const took = Math.round(performance.now() - setAt);
      // Looks are 500 ms apart; a machine that does other things may take longer.
      expect(took).toBeLessThan(20_000);
    },
    TIMEOUT_MS,
  );
});
