import { migrate, openPostgres } from "tasker";
import { queryBuilder } from "tasker/models";
import { STEPS_PER_TASK, storeDataSet } from "../data/data-set.ts";
import { FUNCTION_QUESTIONS } from "../data/function-questions.ts";
import { medianMs } from "../data/median-ms.ts";
import { SCOPE_QUESTIONS } from "../data/scope-questions.ts";
import type { Job } from "../job.ts";
import type { Finding } from "../measurement.ts";
import { readServerSettings } from "../server-settings.ts";

/** Rows that are read of a scope at most. */
const FIRST_ROWS = 1_000;

/**
 * Each scope and each SQL function on a large database with the lean set of indexes: the time of reading the first
 * thousand rows of a scope, of counting all its rows, and of calling a function.
 */
export async function measureData(job: Job): Promise<Finding[]> {
  const { dataTasks: tasks, dataSamples: samples } = job.sizes;
  const database = await openPostgres(job.databaseUrl);
  try {
    const settings = await readServerSettings(database, job.requireDurability);
    await migrate(database);
    const startedAt = performance.now();
    const given = await storeDataSet(database, tasks);
    const filledMs = performance.now() - startedAt;
    const common = { bench: job.bench, shape: "linear", steps: STEPS_PER_TASK, tasks, ...settings };
    const findings: Finding[] = [{ ...common, metric: "filled_ms", value: filledMs, unit: "ms" }];
    const queries = queryBuilder(database);
    for (const [question, ask] of Object.entries(SCOPE_QUESTIONS)) {
      const asked = ask(queries, given);
      const firstMs = await medianMs(samples, () => asked.first(FIRST_ROWS));
      const countMs = await medianMs(samples, () => asked.count());
      findings.push(
        { ...common, question, metric: "first_p50_ms", value: firstMs, unit: "ms" },
        { ...common, question, metric: "count_p50_ms", value: countMs, unit: "ms" },
      );
    }
    for (const [question, ask] of Object.entries(FUNCTION_QUESTIONS)) {
      const value = await medianMs(samples, () => ask(database, given));
      findings.push({ ...common, question, metric: "call_p50_ms", value, unit: "ms" });
    }
    return findings;
  } finally {
    await database.close();
  }
}
