import { type Database, migrate, openPostgres } from "tasker";
import { queryBuilder, Task } from "tasker/models";
import { type Given, STEPS_PER_TASK, storeDataSet } from "../data/data-set.ts";
import { medianMs } from "../data/median-ms.ts";
import { SCOPE_QUESTIONS } from "../data/scope-questions.ts";
import { ENGINE_LIMITS, withEngine } from "../engine-session.ts";
import type { Job } from "../job.ts";
import type { Finding } from "../measurement.ts";
import { askRails, type RailsAnswer } from "../rails/ask-rails.ts";
import { readServerSettings } from "../server-settings.ts";
import { linear } from "../shapes.ts";

/** Rows that are read of a scope at most. */
const FIRST_ROWS = 1_000;

type Common = Omit<Finding, "metric" | "value" | "unit">;

/**
 * The same scopes as far as both know them, the same loading of whole tasks and the same life cycle of steps in ActiveRecord and here, on one
 * database with the reference's answers checked against ours. Ratios are ActiveRecord's time divided by ours.
 */
export async function measureRails(job: Job): Promise<Finding[]> {
  const { railsTasks: tasks } = job.sizes;
  const database = await openPostgres(job.databaseUrl);
  try {
    const settings = await readServerSettings(database, job.requireDurability);
    await migrate(database);
    const common = { bench: job.bench, shape: "linear", steps: STEPS_PER_TASK, ...settings };
    const lifeCycle = await compareLifeCycles(job, common);
    const given = await storeDataSet(database, tasks);
    const scopes = await compareScopes(job, database, given, { ...common, tasks });
    return [...lifeCycle, ...scopes];
  } finally {
    await database.close();
  }
}

async function compareLifeCycles(job: Job, common: Common): Promise<Finding[]> {
  const { railsLifeCycleTasks: tasks, warmupTasks } = job.sizes;
  const shape = linear(STEPS_PER_TASK);
  const options = { shape, limits: ENGINE_LIMITS, process: () => ({ ok: true }) };
  const { result } = await withEngine(job, options, async (session) => {
    await session.complete(await session.submit(warmupTasks));
    const startedAt = performance.now();
    await session.complete(await session.submit(tasks));
    const manyMs = performance.now() - startedAt;
    const oneByOneAt = performance.now();
    for (let task = 0; task < tasks; task++) await session.complete(await session.submit(1));
    return { manyMs, oneByOneMs: performance.now() - oneByOneAt };
  });
  // After ours, which are verified to be all that the database holds.
  const [rails] = (await askRails({ url: job.databaseUrl, life_cycle: { tasks, steps: STEPS_PER_TASK } })).values();
  const steps = tasks * STEPS_PER_TASK;
  const railsMs = need(rails?.create_ms) + need(rails?.run_ms);
  const measured = { ...common, tasks };
  return [
    { ...measured, question: "life cycle", metric: "rails_ms_per_step", value: railsMs / steps, unit: "ms" },
    {
      ...measured,
      question: "one task at a time",
      metric: "ms_per_step",
      value: result.oneByOneMs / steps,
      unit: "ms",
    },
    { ...measured, question: "one task at a time", metric: "ratio", value: railsMs / result.oneByOneMs, unit: "x" },
    { ...measured, question: "all at once", metric: "ms_per_step", value: result.manyMs / steps, unit: "ms" },
    { ...measured, question: "all at once", metric: "ratio", value: railsMs / result.manyMs, unit: "x" },
  ];
}

async function compareScopes(job: Job, database: Database, given: Given, common: Common): Promise<Finding[]> {
  const { dataSamples: samples } = job.sizes;
  const scopes = Object.keys(SCOPE_QUESTIONS);
  const answers = await askRails({
    url: job.databaseUrl,
    read: { scopes, given, rows: FIRST_ROWS, samples, count_samples: samples },
    associated: { task_ids: given.task_ids, samples },
  });
  const queries = queryBuilder(database);
  const findings: Finding[] = [];
  for (const [question, ask] of Object.entries(SCOPE_QUESTIONS)) {
    const theirs = answerOf(answers, question);
    const asked = ask(queries, given);
    const count = await asked.count();
    if (count !== theirs.count) throw new Error(`${question}: ${theirs.count} rows in ActiveRecord, here ${count}`);
    const first = await medianMs(samples, () => asked.first(FIRST_ROWS));
    const counting = await medianMs(samples, () => asked.count());
    findings.push(...ratios({ ...common, question }, "first", need(theirs.first_ms), first));
    findings.push(...ratios({ ...common, question }, "count", need(theirs.count_ms), counting));
  }
  const question = "Task.withAllAssociated";
  const tasks = [...(await Task.findMany(database, given.task_ids)).values()];
  const loaded = await medianMs(samples, () => Task.loadAssociated(database, tasks));
  findings.push(...ratios({ ...common, question }, "load", need(answerOf(answers, question).first_ms), loaded));
  return findings;
}

function ratios(common: Common, what: string, theirsMs: number, oursMs: number): Finding[] {
  return [
    { ...common, metric: `${what}_rails_ms`, value: theirsMs, unit: "ms" },
    { ...common, metric: `${what}_ms`, value: oursMs, unit: "ms" },
    { ...common, metric: `${what}_ratio`, value: theirsMs / oursMs, unit: "x" },
  ];
}

function answerOf(answers: ReadonlyMap<string, RailsAnswer>, question: string): RailsAnswer {
  const answer = answers.get(question);
  if (answer === undefined) throw new Error(`measure.rb gave no answer for ${question}`);
  return answer;
}

function need(value: number | undefined): number {
  if (value === undefined) throw new Error("measure.rb left out a time");
  return value;
}
