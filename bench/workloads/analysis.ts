// The sources, as for the resolver.
import { analyzeSnapshot } from "../../packages/tasker/src/analysis/task/analyze-snapshot.ts";
import type { AnalyzedTask } from "../../packages/tasker/src/analysis/task/analyzed-task.ts";
import type { Job } from "../job.ts";
import type { Finding } from "../measurement.ts";
import { fan, layered, linear, type Shape } from "../shapes.ts";
import { median } from "../statistics.ts";

/** Analyses of each graph at most: one of 100,000 steps takes a good part of a second. */
const MOST_SAMPLES = 7;

/** The whole analysis of a task in memory, of which the first half of the steps is done and one has failed for good. */
export async function measureAnalysis(job: Job): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const steps of job.sizes.graphSteps) {
    for (const shape of [linear(steps), layered(steps), fan(steps)]) {
      for (const [situation, snapshot] of [
        ["not begun", snapshotOf(shape, 0)],
        ["half done, one failed", snapshotOf(shape, steps >> 1)],
      ] as const) {
        const common = { bench: job.bench, shape: `${shape.name}, ${situation}`, steps, unit: "ms" } as const;
        const { ms, cpuMs } = measureSnapshot(snapshot, Math.min(job.sizes.samples, MOST_SAMPLES));
        findings.push(
          { ...common, metric: "analysis_ms", value: ms },
          { ...common, metric: "analysis_cpu_ms", value: cpuMs },
        );
      }
    }
  }
  return findings;
}

/** @param done steps that are complete; the next one is in error, if any is complete */
function snapshotOf({ steps }: Shape, done: number): AnalyzedTask {
  const idOf = new Map(steps.map(({ name }, index) => [name, index + 1]));
  const edges = steps.flatMap(({ name, dependsOn }) =>
    dependsOn.map((parent) => [idOf.get(parent) ?? 0, name] as const),
  );
  return {
    taskId: 1,
    now: 0,
    steps: steps.map(({ name }, index) => ({
      id: index + 1,
      name,
      state: index < done ? "complete" : index === done && done > 0 ? "error" : "pending",
      attempts: index < done ? 1 : index === done && done > 0 ? 3 : 0,
      retryLimit: 3,
      retryable: true,
      changedAt: null,
      nextRetryAt: null,
      durationSeconds: index < done ? 1.5 : null,
      history: { samples: 100, p50_seconds: 1 + (index % 7), p95_seconds: 9, attempts: 100, failed_attempts: 3 },
    })),
    edges: { from: edges.map(([from]) => from), to: edges.map(([, name]) => idOf.get(name) ?? 0) },
  };
}

/** Medians of the time that passes and of the CPU time of the process, garbage collection included. */
function measureSnapshot(snapshot: AnalyzedTask, samples: number): { ms: number; cpuMs: number } {
  analyzeSnapshot(snapshot);
  const taken = Array.from({ length: samples }, () => {
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    analyzeSnapshot(snapshot);
    const ms = performance.now() - startedAt;
    const { user, system } = process.cpuUsage(cpu);
    return { ms, cpuMs: (user + system) / 1_000 };
  });
  return { ms: median(taken.map(({ ms }) => ms)), cpuMs: median(taken.map(({ cpuMs }) => cpuMs)) };
}
