import { closeSync, fdatasyncSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import type { Job } from "../job.ts";
import type { Finding } from "../measurement.ts";
import { median } from "../statistics.ts";

/** Bytes of a page, which is what PostgreSQL writes at least before it waits for the disk. */
const PAGE_BYTES = 8_192;
const FILE_PAGES = 256;
/** Runs of each question before those that count. */
const WARMUP = 20;
const LOOPS = 5;

/**
 * What this machine is, whatever Tasker does on it, so that figures of different machines and hours can be compared: a question and
 * its answer over the connection of the server, a page written to the directory for temporary files until the disk has it, and a
 * loop of arithmetic in JavaScript.
 */
export async function measureMachine(job: Job): Promise<Finding[]> {
  const { machineSamples, machineLoop } = job.sizes;
  const syncMs = measureSync(machineSamples);
  const common = { bench: job.bench, shape: "machine", steps: 1 };
  return [
    {
      ...common,
      metric: "round_trip_p50_ms",
      value: await measureRoundTrip(job.databaseUrl, machineSamples),
      unit: "ms",
    },
    { ...common, metric: "fdatasync_p50_us", value: syncMs * 1_000, unit: "us" },
    { ...common, metric: "fdatasyncs_per_s", value: 1_000 / syncMs, unit: "1/s" },
    { ...common, metric: "loop_ms", value: measureLoop(machineLoop), unit: "ms" },
  ];
}

async function measureRoundTrip(url: string, samples: number): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const times: number[] = [];
    for (let sample = -WARMUP; sample < samples; sample++) {
      const startedAt = performance.now();
      await client.query({ name: "round_trip", text: "select 1" });
      if (sample >= 0) times.push(performance.now() - startedAt);
    }
    return median(times);
  } finally {
    await client.end();
  }
}

/** In a file whose pages are there already, as those of the write-ahead log are. */
function measureSync(samples: number): number {
  const directory = mkdtempSync(join(tmpdir(), "tasker-bench-"));
  const file = openSync(join(directory, "pages"), "w");
  try {
    const page = Buffer.alloc(PAGE_BYTES, 1);
    for (let place = 0; place < FILE_PAGES; place++) writeSync(file, page, 0, PAGE_BYTES, place * PAGE_BYTES);
    fsyncSync(file);
    const times: number[] = [];
    for (let sample = -WARMUP; sample < samples; sample++) {
      const startedAt = performance.now();
      writeSync(file, page, 0, PAGE_BYTES, ((sample + WARMUP) % FILE_PAGES) * PAGE_BYTES);
      fdatasyncSync(file);
      if (sample >= 0) times.push(performance.now() - startedAt);
    }
    return median(times);
  } finally {
    closeSync(file);
    rmSync(directory, { recursive: true });
  }
}

/** Milliseconds of a loop of xorshift steps, median of several. */
function measureLoop(steps: number): number {
  const times: number[] = [];
  let value = 1;
  for (let loop = 0; loop < LOOPS; loop++) {
    const startedAt = performance.now();
    for (let step = 0; step < steps; step++) {
      value ^= value << 13;
      value ^= value >>> 17;
      value ^= value << 5;
    }
    times.push(performance.now() - startedAt);
  }
  // Never 0 after such a step: the loop is not optimized away.
  if (value === 0) throw new Error("the loop came to 0");
  return median(times);
}
