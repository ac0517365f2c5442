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
  return { seen, project, tasker: (...argv: string[]) => runCaptured(argv, options) };
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

  test("may be said for tasks of a namespace or a template, and is shown and explained as such", async () => {
    const { tasker } = await startProject(0);
    const key = "templates.shop/order.v2.execution.batch_timeout_base_seconds";
    expect(await tasker("config", "set", key, "60")).toMatchObject({ code: 0 });
    await tasker("config", "set", "namespaces.shop.telemetry.event_sampling_rate", "0.5");
    const { out } = await tasker("config", "show", "--origin");
    expect(out).toMatch(/templates\.shop\/order\.v2\.execution\.batch_timeout_base_seconds +60 +database\n/);
    expect(out).toMatch(/namespaces\.shop\.telemetry\.event_sampling_rate +0\.5 +database\n/);
    expect((await tasker("config", "explain", key)).out.split("\n")).toEqual([
      `${key}: time-out of a batch of no steps, for tasks of the template shop/order.v2`,
      "type: a whole number of 1 or more, in seconds",
      "default: null",
      "now: 60, from database",
      "a change takes effect in running processes",
      "",
    ]);
    const refused = (name: string, value: string) => tasker("config", "set", name, value);
    expect(await refused("namespaces.shop.execution.max_concurrent_steps_limit", "5")).toMatchObject({
      code: 1,
      err: expect.stringContaining("is not known"),
    });
    expect(await refused("namespaces.shop.telemetry.event_sampling_rate", "2")).toMatchObject({
      code: 1,
      err: expect.stringContaining("is 2, expected a number from 0 to 1"),
    });
    expect(await refused("telemetry.log_level", `\${env:LEVEL}`)).toMatchObject({
      code: 1,
      err: expect.stringContaining("telemetry.log_level refers to a file or a variable"),
    });
    await tasker("config", "unset", key);
    expect((await tasker("config", "show")).out).not.toContain("templates.");
  });

  test(
    "takes effect in every process soon, as one of a file does; both are in the audit log, and what is wrong changes nothing",
    async () => {
      const { seen, tasker, project } = await startProject(2);
      await seen("working on");
      /** Milliseconds from the end of a change to the last process that says something. */
      const until = async (text: string) => {
        const changedAt = performance.now();
        await seen(text);
        const took = Math.round(performance.now() - changedAt);
        // Looks are 500 ms apart; a machine that does other things may take longer.
        expect(took).toBeLessThan(20_000);
        return took;
      };
      const set = (value: string) => tasker("config", "set", "backoff.max_backoff_seconds", value);
      expect(await set("60")).toMatchObject({ code: 0 });
      const byDatabase = await until('"options":["backoff.max_backoff_seconds"]');
      project.write("tasker.yaml", "version: 1\nbackoff: {jitter_enabled: false}\n");
      const byFile = await until('"options":["backoff.jitter_enabled"]');
      if (process.env.TASKER_SHOW_TIMES === "1") process.stdout.write(`database ${byDatabase} ms, file ${byFile} ms\n`);

      expect(await set("0")).toMatchObject({ code: 1, err: expect.stringContaining("is 0, expected a whole number") });
      project.write("tasker.yaml", "version: 1\nbackoff: {jitter_enabled: maybe}\n");
      await until("is wrong: the one before stays in force");
      project.write("tasker.yaml", "version: 1\nbackoff: {jitter_enabled: false, backoff_multiplier: 3}\n");
      // Neither what was refused is among the changes, nor what stayed as it was.
      await until('"options":["backoff.backoff_multiplier"]');
      expect((await tasker("config", "show")).out).toMatch(/backoff\.max_backoff_seconds +60\n/);

      const audited = async () =>
        (await tasker("audit", "list", "--action", "config.*", "--json")).out.trim().split("\n");
      while ((await audited()).length < 5) await new Promise((resolve) => setTimeout(resolve, 20));
      const rows = (await audited()).map((line) => JSON.parse(line)).toReversed();
      expect(rows.map(({ action, details }) => [action, details.to ?? details.options])).toEqual([
        ["config.set", 60],
        ["config.reload", ["backoff.jitter_enabled"]],
        ["config.reload", ["backoff.jitter_enabled"]],
        ["config.reload", ["backoff.backoff_multiplier"]],
        ["config.reload", ["backoff.backoff_multiplier"]],
      ]);
    },
    TIMEOUT_MS,
  );
});
