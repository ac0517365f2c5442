import { ENGINE_LIMITS, withEngine } from "../engine-session.ts";
import type { Job } from "../job.ts";
import type { Finding } from "../measurement.ts";
import { linear } from "../shapes.ts";
import { median } from "../statistics.ts";

/** Steps at the start that are not looked at. */
const SKIPPED = 10;

/**
 * One chain of thousands of steps: what a step costs near its end, when the task has a long history, against near its
 * beginning. A step's cost is the time from its entry to that of the next one.
 */
export async function measureFlatness(job: Job): Promise<Finding[]> {
  const { flatSteps } = job.sizes;
  const shape = linear(flatSteps);
  const enteredAt: number[] = [];
  const process = () => {
    enteredAt.push(performance.now());
    return { ok: true };
  };
  const { conditions, verifiedSteps } = await withEngine(
    job,
    { shape, limits: ENGINE_LIMITS, process },
    async (session) => session.complete(await session.submit(1)),
  );
  const stepMs = enteredAt.slice(1).map((at, step) => at - (enteredAt[step] ?? at));
  const window = Math.max(1, Math.floor(flatSteps / 10));
  const early = median(stepMs.slice(SKIPPED, SKIPPED + window));
  const late = median(stepMs.slice(-window));
  const common = { ...conditions, tasks: 1 };
  return [
    { ...common, metric: "early_step_p50_ms", value: early, unit: "ms" },
    { ...common, metric: "late_step_p50_ms", value: late, unit: "ms" },
    { ...common, metric: "late_to_early", value: late / early, unit: "x" },
    { ...common, metric: "verified_steps", value: verifiedSteps, unit: "steps" },
  ];
}
