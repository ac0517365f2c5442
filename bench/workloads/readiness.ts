import { type Database, migrate, openPostgres } from "tasker";
import { computeReady } from "../../packages/tasker/src/graph/readiness.ts";
import { buildGraph, type StepGraph } from "../../packages/tasker/src/graph/step-graph.ts";
import type { Job } from "../job.ts";
import type { Finding } from "../measurement.ts";
import { readServerSettings } from "../server-settings.ts";
import { fan, layered, linear, type Shape } from "../shapes.ts";
import { median } from "../statistics.ts";
import { prepareForGraphs, type StoredGraph, storeGraph } from "../store-graph.ts";
import { firstHalf, measureCompletion, measureRecompute } from "../time-graph.ts";

/** More calls than PL/pgSQL plans anew: what is measured is the plan that stays. */
const WARM_UP_CALLS = 10;

interface Case {
  readonly shape: Shape;
  readonly graph: StepGraph;
  readonly stored: StoredGraph;
}

/**
 * Which steps of a task are ready, its first half being complete: asked of the database, by the shared SQL function and
 * for the ids alone, and answered in memory. All tasks are stored, and the tables analysed, before the first is measured.
 */
export async function measureReadiness(job: Job): Promise<Finding[]> {
  const database = await openPostgres(job.databaseUrl, { connections: 1 });
  try {
    const settings = await readServerSettings(database, job.requireDurability);
    await migrate(database);
    await prepareForGraphs(database);
    const cases: Case[] = [];
    for (const steps of job.sizes.storedGraphSteps) {
      for (const shape of [linear(steps), layered(steps), fan(steps)]) {
        const graph = buildGraph(shape.steps);
        cases.push({ shape, graph, stored: await storeGraph(database, graph, firstHalf(graph)) });
      }
    }
    await database.execute("analyze");
    const findings: Finding[] = [];
    for (const one of cases) {
      const common = { bench: job.bench, shape: one.shape.name, steps: one.graph.size, ...settings };
      findings.push(...(await measureCase(database, one, job)).map((figure) => ({ ...common, ...figure })));
    }
    return findings;
  } finally {
    await database.close();
  }
}

type Figure = Pick<Finding, "metric" | "value" | "unit">;

async function measureCase(database: Database, { graph, stored }: Case, { sizes }: Job): Promise<Figure[]> {
  await checkAgreement(database, graph, stored);
  const sqlUs = await timeFunction(database, stored, sizes.samples);
  const recomputeUs = measureRecompute(graph, sizes);
  const completionNs = measureCompletion(graph, sizes);
  return [
    { metric: "sql_us", value: sqlUs, unit: "us" },
    { metric: "full_recompute_us", value: recomputeUs, unit: "us" },
    { metric: "completion_ns", value: completionNs, unit: "ns" },
    { metric: "sql_per_full_recompute", value: sqlUs / recomputeUs, unit: "x" },
    { metric: "sql_per_completion", value: (sqlUs * 1_000) / completionNs, unit: "x" },
  ];
}

/** Ids of the steps of a task that the function calls ready. */
function askFunction(database: Database, { taskId }: StoredGraph) {
  return database.query("select workflow_step_id from get_step_readiness_status($1::int8) where ready_for_execution", [
    taskId,
  ]);
}

/** Median time of a call in microseconds, from Node and back. */
async function timeFunction(database: Database, stored: StoredGraph, samples: number): Promise<number> {
  for (let call = 0; call < WARM_UP_CALLS; call++) await askFunction(database, stored);
  const samplesUs: number[] = [];
  for (let sample = 0; sample < samples; sample++) {
    const startedAt = performance.now();
    await askFunction(database, stored);
    samplesUs.push((performance.now() - startedAt) * 1_000);
  }
  return median(samplesUs);
}

async function checkAgreement(database: Database, graph: StepGraph, stored: StoredGraph): Promise<void> {
  const satisfied = firstHalf(graph);
  const candidate = satisfied.map((mark) => 1 - mark);
  const expected = Array.from(computeReady(graph, satisfied, candidate), (step) => stored.firstStepId + step);
  const rows = await askFunction(database, stored);
  const found = rows.map((row) => Number(row.workflow_step_id)).sort((a, b) => a - b);
  if (found.join() !== expected.join()) {
    throw new Error(`the function calls ${found.length} steps ready and the graph ${expected.length}, or others`);
  }
}
