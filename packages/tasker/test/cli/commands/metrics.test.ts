import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runCommandLine } from "../../../src/cli/command-line.ts";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import type { ThrowAwayDatabase } from "../../support/test-server.ts";
import { CapturedIo, runCaptured } from "../support/captured-io.ts";
import { createOrderProject } from "../support/order-project.ts";
import type { WorkDirectory } from "../support/work-directory.ts";

describeOnPostgres("the metrics of a worker", () => {
  let database: ThrowAwayDatabase;
  let project: WorkDirectory;
  let worker: CapturedIo;
  let url: string;
  let ended: Promise<number>;
  beforeEach(async () => {
    database = await createTestDatabase();
    project = createOrderProject();
    worker = new CapturedIo(options());
    ended = runCommandLine(["work", "--template", "order.yaml", "--metrics-port", "0", "--log-format", "json"], worker);
    await worker.seen(/metrics at \S+\n[\s\S]*working on/);
    url = /metrics at (\S+)/.exec(worker.err)?.[1] ?? "";
    await tasker("submit", "order.yaml", "--context", '{"amount": 1}');
    await worker.seen(/task 1/);
  });
  afterEach(async () => {
    worker.send("SIGTERM");
    expect(await ended).toBe(0);
    project[Symbol.dispose]();
    await database.drop();
  });
  const options = () => ({ cwd: project.path, env: { DATABASE_URL: database.url } });
  const tasker = (...argv: string[]) => runCaptured(argv, options());

  test("are shown, exported in every format, and those of several under their instances; its log is JSON", async () => {
    const shown = await tasker("metrics", "--url", url);
    expect(shown).toMatchObject({ code: 0, err: "" });
    expect(shown.out).toContain(
      "tasker_task_completed_total (counter): Tasks that completed\n  namespace=shop  task_name=order  1\n",
    );
    expect(shown.out).not.toContain("_bucket");
    const json = JSON.parse((await tasker("metrics", "--url", url, "--json")).out);
    expect(json.metrics['tasker_task_completed_total{namespace="shop",task_name="order"}'].value).toBe(1);
    const csv = await tasker("export", "metrics", "--url", url, "--format", "csv", "--output", "metrics.csv");
    expect(csv).toEqual({ code: 0, out: "wrote metrics.csv\n", err: "" });
    expect(readFileSync(join(project.path, "metrics.csv"), "utf8")).toContain(
      ",tasker_commit_duration_seconds_bucket,histogram,",
    );
    const both = await tasker("export", "metrics", "--url", url, "--url", url.replace("127.0.0.1", "localhost"));
    expect(both.out.match(/^tasker_task_completed_total\{.*instance="(localhost|127.0.0.1):\d+"\} 1$/gm)).toHaveLength(
      2,
    );
    expect(await tasker("export", "metrics", "--url", url, "--format", "xml")).toMatchObject({
      code: 1,
      err: "error TASKER_EXPORT: no exporter knows the format 'xml', expected csv, json, prometheus\n",
    });
    const lines = worker.err.split("\n").filter((line) => line.startsWith("{"));
    const events = lines.map((line): Record<string, unknown> => JSON.parse(line));
    expect(events.find(({ message }) => message === "Task completed")).toMatchObject({
      component: "events",
      task_id: 1,
      task_status: "complete",
      correlation_id: expect.any(String),
    });
  });
});

describe("tasker metrics", () => {
  test("says where nobody serves any, and that an address cannot be one", async () => {
    const tasker = (...argv: string[]) => runCaptured(argv, { cwd: process.cwd() });
    expect(await tasker("metrics", "--url", "http://127.0.0.1:1/metrics")).toMatchObject({
      code: 1,
      err: expect.stringContaining("no metrics of Tasker could be read from http://127.0.0.1:1/metrics"),
    });
    expect(await tasker("metrics", "--url", "nowhere")).toMatchObject({
      code: 2,
      err: expect.stringContaining("--url is 'nowhere', expected an http address"),
    });
  });
});
