import type { BenchServer } from "./bench-server.ts";
import type { BenchmarkName } from "./benchmark-names.ts";
import { readConditions } from "./conditions.ts";
import type { Benchmark, Job } from "./job.ts";
import type { Measurement } from "./measurement.ts";

/** What to run. */
export interface Plan extends Pick<Job, "requireDurability" | "plot" | "sizes"> {
  readonly names: readonly BenchmarkName[];
  /** How often everything is run. */
  readonly repeat: number;
}

/** One run of one benchmark. */
export interface Run {
  readonly bench: BenchmarkName;
  /** Number of the repetition, from 1. */
  readonly repeat: number;
  readonly measurements: readonly Measurement[];
}

/**
 * Runs benchmarks and gives each run as it ends. They take turns, so that a slow minute of the machine does not fall on
 * all repetitions of one. Each run has a database of its own, which is dropped afterwards.
 * @param runJob where a run happens: in a process of its own, or in this one
 * @throws Error the first run that failed
 */
export async function* runBenchmarks(plan: Plan, server: BenchServer, runJob: Benchmark): AsyncGenerator<Run> {
  const conditions = readConditions();
  const { requireDurability, plot, sizes } = plan;
  const serverPid = process.platform === "linux" ? server.pid : null;
  for (let repeat = 1; repeat <= plan.repeat; repeat++) {
    for (const bench of plan.names) {
      const database = await server.createDatabase({ template: "template0" });
      try {
        const findings = await runJob({ bench, databaseUrl: database.url, serverPid, requireDurability, plot, sizes });
        const measurements = findings.map((finding) => ({ ...finding, repeat, ...conditions }));
        yield { bench, repeat, measurements };
      } finally {
        await database.drop();
      }
    }
  }
}
