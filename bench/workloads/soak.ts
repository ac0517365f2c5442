import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { openPostgres } from "tasker";
import { z } from "zod";
import { ENGINE_LIMITS, withEngine } from "../engine-session.ts";
import type { Job } from "../job.ts";
import { slopeOf } from "../least-squares.ts";
import type { Finding } from "../measurement.ts";
import { collectGarbage, residentMb } from "../memory-use.ts";
import { linear } from "../shapes.ts";
import { drawSoakPlot } from "../soak-plot.ts";

/** The share of the time at the beginning of which the slopes take no notice: caches and pools fill. */
const SETTLING = 0.1;
const SAMPLES = 120;
const TASKS_PER_SUBMIT = 100;

/** What the process holds at one moment, between tasks and after a garbage collection. */
interface Sample {
  readonly minutes: number;
  readonly heapMb: number;
  readonly rssMb: number;
  readonly handles: number;
  readonly timers: number;
  readonly connections: number;
}

/**
 * Tasks of one step in one process, evenly over a long time, and what the process holds meanwhile: heap, handles, timers and
 * connections, each with its slope by least squares. If the job names a file, the curves are drawn into it.
 */
export async function measureSoak(job: Job): Promise<Finding[]> {
  const { soakTasks, soakMinutes } = job.sizes;
  const options = { shape: linear(1), limits: ENGINE_LIMITS, process: () => ({ ok: true }) };
  const observer = await openPostgres(job.databaseUrl, { connections: 1 });
  try {
    const { result, conditions, verifiedSteps } = await withEngine(job, options, async (session) => {
      const startedAt = performance.now();
      const minutesNow = () => (performance.now() - startedAt) / 60_000;
      const samples: Sample[] = [];
      for (let submitted = 0; submitted < soakTasks; ) {
        const count = Math.min(TASKS_PER_SUBMIT, soakTasks - submitted);
        await session.complete(await session.submit(count));
        submitted += count;
        if (minutesNow() >= (samples.length * soakMinutes) / SAMPLES) samples.push(await takeSample(minutesNow()));
        const earlyMs = (soakMinutes * (submitted / soakTasks) - minutesNow()) * 60_000;
        if (earlyMs > 1) await sleep(earlyMs);
      }
      samples.push(await takeSample(minutesNow()));
      return { samples, minutes: minutesNow() };
    });
    const { samples, minutes } = result;
    if (job.plot !== null) writeFileSync(job.plot, plotOf(samples));
    const settled = samples.filter(({ minutes: at }) => at >= minutes * SETTLING);
    const slopePerHour = (key: keyof Sample) =>
      slopeOf(settled.map((sample) => ({ x: sample.minutes / 60, y: sample[key] })));
    const common = { ...conditions, tasks: soakTasks };
    return [
      { ...common, metric: "minutes", value: minutes, unit: "min" },
      { ...common, metric: "heap_mb", value: samples.at(-1)?.heapMb ?? 0, unit: "MB" },
      { ...common, metric: "rss_mb", value: samples.at(-1)?.rssMb ?? 0, unit: "MB" },
      { ...common, metric: "heap_slope_mb", value: slopePerHour("heapMb"), unit: "MB/h" },
      { ...common, metric: "rss_slope_mb", value: slopePerHour("rssMb"), unit: "MB/h" },
      { ...common, metric: "handles_slope", value: slopePerHour("handles"), unit: "1/h" },
      { ...common, metric: "timers_slope", value: slopePerHour("timers"), unit: "1/h" },
      { ...common, metric: "connections_slope", value: slopePerHour("connections"), unit: "1/h" },
      { ...common, metric: "verified_steps", value: verifiedSteps, unit: "steps" },
    ];
  } finally {
    await observer.close();
  }

  async function takeSample(minutes: number): Promise<Sample> {
    const [row] = await observer.query(
      "select count(*)::int as count from pg_stat_activity where datname = current_database()",
    );
    collectGarbage();
    const resources = process.getActiveResourcesInfo();
    const timers = resources.filter((name) => name === "Timeout" || name === "Immediate").length;
    return {
      minutes,
      heapMb: process.memoryUsage().heapUsed / 1e6,
      rssMb: residentMb(),
      handles: resources.length - timers,
      timers,
      connections: Count.parse(row).count,
    };
  }
}

const Count = z.object({ count: z.int() });

function plotOf(samples: readonly Sample[]): string {
  const curve = (name: string, key: keyof Sample) => ({
    name,
    points: samples.map((sample) => ({ x: sample.minutes, y: sample[key] })),
  });
  return drawSoakPlot([
    curve("heap, MB", "heapMb"),
    curve("resident, MB", "rssMb"),
    curve("handles", "handles"),
    curve("timers", "timers"),
    curve("connections", "connections"),
  ]);
}
