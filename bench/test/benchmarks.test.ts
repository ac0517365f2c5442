import { openPostgres } from "tasker";
import { expect, test } from "vitest";
import { createTestDatabase, describeOnPostgres } from "../../packages/tasker/test/support/test-database.ts";
import type { BenchServer } from "../bench-server.ts";
import { BENCHMARK_NAMES, type BenchmarkName } from "../benchmark-names.ts";
import { hasWrk } from "../load/wrk.ts";
import { measureJob } from "../measure-job.ts";
import { Measurement } from "../measurement.ts";
import { hasRails } from "../rails/ask-rails.ts";
import { runBenchmarks } from "../run-benchmarks.ts";
import { verifyAudit } from "../verify-audit.ts";
import { TINY_SIZES } from "./tiny-sizes.ts";

const server: BenchServer = { pid: null, createDatabase: createTestDatabase, stop: async () => undefined };

/** Measures in this process and gives what `--json` prints, read back. */
async function measureLines(bench: BenchmarkName, repeat = 1): Promise<Measurement[]> {
  const plan = { names: [bench], repeat, requireDurability: false, plot: null, sizes: TINY_SIZES };
  const lines: string[] = [];
  for await (const run of runBenchmarks(plan, server, measureJob)) {
    lines.push(...run.measurements.map((measurement) => JSON.stringify(measurement)));
  }
  return lines.map((line) => Measurement.parse(JSON.parse(line)));
}

const THROUGHPUT = ["node_cpu_us_per_step", "rss_mb", "rss_peak_mb", "steps_per_s", "verified_steps"];

const METRICS: Record<BenchmarkName, readonly string[]> = {
  machine: ["fdatasync_p50_us", "fdatasyncs_per_s", "loop_ms", "round_trip_p50_ms"],
  resolver: ["completion_ns", "full_recompute_us", "levels_us"],
  analysis: ["analysis_cpu_ms", "analysis_ms"],
  readiness: ["completion_ns", "full_recompute_us", "sql_per_completion", "sql_per_full_recompute", "sql_us"],
  W1: THROUGHPUT,
  "W1-defaults": THROUGHPUT,
  "W1-sustained": THROUGHPUT,
  W2: THROUGHPUT,
  W3: THROUGHPUT,
  W4: ["handoff_p50_ms", "handoff_p99_ms", "task_p50_ms", "task_p99_ms", "verified_steps"],
  "chain-4": ["handoff_p50_ms", "handoff_p99_ms", "task_p50_ms", "task_p99_ms", "verified_steps"],
  transition: ["end_p50_ms", "end_p99_ms", "start_p50_ms", "start_p99_ms", "verified_steps"],
  "fan-out": ["steps_per_s", "task_ms"],
  flatness: ["early_step_p50_ms", "late_step_p50_ms", "late_to_early", "verified_steps"],
  remote: ["here_steps_per_s", "ratio", "remote_steps_per_s", "verified_steps"],
  "http-create": ["alone", "batch", "working"].flatMap((way) =>
    ["node_cpu_us_per_task", "p50_ms", "p99_ms", "tasks_per_s"].map((figure) => `${way}_${figure}`),
  ),
  "http-read": ["filled_ms", "p50_ms", "p99_ms", "requests_per_s"],
  live: [
    ...["cpu_us_per_step", "rss_mb", "steps_per_s"].map((figure) => `alone_${figure}`),
    ...["elsewhere", "ends", "everything", "task"].flatMap((audience) =>
      [
        "cpu_us_per_step",
        ...(audience === "elsewhere" ? [] : ["events"]),
        ...["late_ms", "ratio", "rss_mb", "steps_per_s"],
      ].map((figure) => `${audience}_${figure}`),
    ),
    "verified_steps",
  ],
  scaling: ["steps_per_s", "verified_steps"],
  events: ["events_per_s"],
  tracing: ["off_steps_per_s", "on_steps_per_s", "ratio", "verified_steps"],
  "durable-events": ["events_per_s", "node_cpu_us_per_event", "verified_steps"],
  memory: ["idle_rss_mb", "live_rss_mb", "verified_steps", "w1_rss_mb", "worker_idle_rss_mb", "worker_w1_rss_mb"],
  startup: ["cli_ms", "engine_ready_ms"],
  soak: [
    "connections_slope",
    "handles_slope",
    "heap_mb",
    "heap_slope_mb",
    "minutes",
    "rss_mb",
    "rss_slope_mb",
    "timers_slope",
    "verified_steps",
  ],
  data: ["call_p50_ms", "count_p50_ms", "filled_ms", "first_p50_ms"],
  rails: [
    "count_ms",
    "count_rails_ms",
    "count_ratio",
    "first_ms",
    "first_rails_ms",
    "first_ratio",
    "load_ms",
    "load_rails_ms",
    "load_ratio",
    "ms_per_step",
    "rails_ms_per_step",
    "ratio",
  ],
  cache: ["hit_ratio", "ms_per_question"],
  telemetry: [
    "off_cpu_us_per_step",
    "off_steps_per_s",
    "sampled_cpu_us_per_step",
    "sampled_ratio",
    "sampled_steps_per_s",
    "traced_cpu_us_per_step",
    "traced_ratio",
    "traced_steps_per_s",
    "watched_cpu_us_per_step",
    "watched_ratio",
    "watched_steps_per_s",
  ],
  fairness: ["alone_p50_ms", "beside_p50_ms", "beside_p99_ms", "ratio"],
  restarts: ["restarts", "resumed_max_ms", "resumed_p50_ms", "steps_per_s", "verified_steps"],
};

/** Steps written by a run, those of the warm-up among them, where that does not depend on time. */
const VERIFIED_STEPS: Partial<Record<BenchmarkName, number>> = {
  W1: (2 + 4) * 10,
  "durable-events": (3 + 3) * 10,
  "W1-defaults": (2 + 4) * 10,
  "W1-sustained": (2 + 6) * 10,
  W2: (2 + 3) * 22,
  tracing: (2 + 5 * (4 + 2 + 4)) * 10,
  W3: 2 + 8,
  W4: (2 + 5) * 10,
  "chain-4": (2 + 5) * 4,
  transition: 2 + 5,
  flatness: 30,
  remote: 2 * (2 + 2) * 10,
  live: (2 + 4 * (1 + 2 * 4)) * 10,
  scaling: 2 * 3 * 10,
  memory: (2 + 4 + 5 + 2 + 4) * 10,
  soak: 6,
};

describeOnPostgres("benchmarks", () => {
  // The comparison with ActiveRecord needs Ruby, and the load over HTTP wrk, which not everybody has.
  test.for(BENCHMARK_NAMES)("%s gives its figures as lines of JSON", { timeout: 180_000 }, async (bench, { skip }) => {
    if (bench === "rails") skip(!hasRails(), "ruby-activerecord and ruby-pg are not installed");
    if (bench === "http-create" || bench === "http-read") skip(!hasWrk(), "wrk is not installed");
    const measurements = await measureLines(bench);
    expect([...new Set(measurements.map(({ metric }) => metric))].sort()).toEqual(METRICS[bench]);
    for (const measurement of measurements) expect(measurement).toMatchObject({ bench, repeat: 1 });
    for (const { metric, value } of measurements) if (!metric.includes("slope")) expect(value).toBeGreaterThan(0);
    const verified = measurements.find(({ metric }) => metric === "verified_steps")?.value;
    if (bench !== "restarts") expect(verified).toBe(VERIFIED_STEPS[bench]);
  });

  test("the rate of steps is given with the time of submitting and without it", async () => {
    const rates = (await measureLines("W1")).filter(({ metric }) => metric === "steps_per_s");
    expect(rates).toMatchObject([{ submit_included: true }, { submit_included: false }]);
    expect(rates[0]?.value).toBeLessThan(rates[1]?.value ?? 0);
  });

  test("the engine's options are conditions, also where they are its defaults", async () => {
    expect((await measureLines("W1"))[0]).toMatchObject({ concurrency: 500, max_tasks: 10_000 });
    expect((await measureLines("W1-defaults"))[0]).toMatchObject({ concurrency: "default", max_tasks: "default" });
  });

  test("every repetition runs on a database of its own", async () => {
    const verified = (await measureLines("W3", 2)).filter(({ metric }) => metric === "verified_steps");
    expect(verified).toMatchObject([
      { repeat: 1, value: VERIFIED_STEPS.W3 },
      { repeat: 2, value: VERIFIED_STEPS.W3 },
    ]);
  });

  test("a server that does not wait for the disk is refused", async () => {
    const { url, drop } = await createTestDatabase({ template: "template0" });
    const database = await openPostgres(url, { connections: 1 });
    await database.execute(`alter database ${new URL(url).pathname.slice(1)} set synchronous_commit = off`);
    await database.close();
    const job = {
      bench: "W3",
      databaseUrl: url,
      serverPid: null,
      requireDurability: true,
      plot: null,
      sizes: TINY_SIZES,
    } as const;
    await expect(measureJob(job)).rejects.toThrow(/synchronous_commit off/);
    await drop();
  });

  test.each([
    [
      "a transition is missing",
      "delete from tasker_workflow_step_transitions where id = 1",
      /exact_steps 59 instead of 60/,
    ],
    [
      "no row is the most recent",
      "update tasker_workflow_step_transitions set most_recent = false where workflow_step_id = 1",
      /exact_steps 59 instead of 60/,
    ],
    [
      "a step started before its parent had ended",
      `update tasker_workflow_step_transitions set created_at = created_at - interval '1 hour'
       where to_state = 'in_progress' and workflow_step_id = (select min(to_step_id) from tasker_workflow_step_edges)`,
      /early_steps 1 instead of 0/,
    ],
    [
      "a task did not complete",
      "update tasker_task_transitions set most_recent = false where task_id = 1",
      /complete_tasks 5 instead of 6/,
    ],
  ])("a run is refused if %s", async (_case, damage, message) => {
    const { url, drop } = await createTestDatabase({ template: "template0" });
    await measureJob({
      bench: "W1",
      databaseUrl: url,
      serverPid: null,
      requireDurability: false,
      plot: null,
      sizes: TINY_SIZES,
    });
    const database = await openPostgres(url, { connections: 1 });
    const expected = { tasks: 6, steps: 60 };
    await verifyAudit(database, expected);
    await database.execute(damage);
    await expect(verifyAudit(database, expected)).rejects.toThrow(message);
    await database.close();
    await drop();
  });
});
