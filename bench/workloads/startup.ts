import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { migrate, openPostgres } from "tasker";
import type { Job } from "../job.ts";
import type { Finding } from "../measurement.ts";
import { readServerSettings } from "../server-settings.ts";
import { median } from "../statistics.ts";

const READY_ENGINE = fileURLToPath(new URL("../ready-engine.ts", import.meta.url));
const CLI = fileURLToPath(new URL("../../packages/tasker/bin/tasker.js", import.meta.url));

/**
 * Time from the begin of a process until its engine is ready on a migrated database, and of a whole process of the
 * command-line tool that prints its version. Medians of several processes.
 */
export async function measureStartup(job: Job): Promise<Finding[]> {
  const database = await openPostgres(job.databaseUrl);
  try {
    const settings = await readServerSettings(database, job.requireDurability);
    await migrate(database);
    const readyMs: number[] = [];
    const cliMs: number[] = [];
    for (let start = 0; start < job.sizes.starts; start++) {
      readyMs.push(Number(execFileSync(process.execPath, [READY_ENGINE, job.databaseUrl], { encoding: "utf8" })));
      const startedAt = performance.now();
      execFileSync(process.execPath, [CLI, "--version"]);
      cliMs.push(performance.now() - startedAt);
    }
    const common = { bench: job.bench, shape: "process", steps: 1, ...settings, unit: "ms" } as const;
    return [
      { ...common, metric: "engine_ready_ms", value: median(readyMs) },
      { ...common, metric: "cli_ms", value: median(cliMs) },
    ];
  } finally {
    await database.close();
  }
}
