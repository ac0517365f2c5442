import {
  analysisJson,
  analyzeTask,
  Cache,
  type CacheStore,
  cachedPerformance,
  cachedTaskAnalysis,
  type Database,
  MemoryCacheStore,
  measurePerformance,
  openPostgres,
  PostgresCacheStore,
} from "tasker";
import { ENGINE_LIMITS, withEngine } from "../engine-session.ts";
import type { Job } from "../job.ts";
import type { Finding } from "../measurement.ts";
import { linear } from "../shapes.ts";

/** Tasks that are looked at by turns. */
const LOOKED_AT = 10;

/** What is asked, of the n-th question. */
type Question = (at: number) => Promise<unknown>;

/**
 * Analytics of a database, and analyses of ten of its tasks by turns, asked for again and again: without a cache, with one in the process, and with
 * one in the database.
 */
export async function measureCache(job: Job): Promise<Finding[]> {
  const tasks = job.sizes.durableTasks;
  const options = { shape: linear(10), limits: ENGINE_LIMITS, process: () => ({ ok: true }) };
  const { result, conditions } = await withEngine(job, options, async (session) => {
    const ids = await session.submit(tasks);
    await session.complete(ids);
    const database = await openPostgres(job.databaseUrl);
    try {
      // Each task at least twice: the first time nothing is in the cache.
      return await measureQuestions(database, ids.slice(0, LOOKED_AT), Math.max(job.sizes.samples, 2 * LOOKED_AT));
    } finally {
      await database.close();
    }
  });
  return result.flatMap(({ question, ms, hitRatio }): Finding[] => {
    const common = { ...conditions, tasks, question };
    return [
      { ...common, metric: "ms_per_question", value: ms, unit: "ms" },
      ...(hitRatio === null ? [] : [{ ...common, metric: "hit_ratio", value: hitRatio, unit: "x" } as const]),
    ];
  });
}

interface Answered {
  readonly question: string;
  readonly ms: number;
  readonly hitRatio: number | null;
}

async function measureQuestions(database: Database, ids: readonly number[], count: number): Promise<Answered[]> {
  const idOf = (at: number) => ids[at % ids.length] ?? 0;
  const stores: Readonly<Record<string, CacheStore>> = {
    memory: new MemoryCacheStore(),
    PostgreSQL: new PostgresCacheStore(database),
  };
  const answered: Answered[] = [
    await time("analytics, no cache", count, async () => JSON.stringify(await measurePerformance(database)), null),
    await time("analysis, no cache", count, async (at) => analysisJson(await analyzeTask(database, idOf(at))), null),
  ];
  for (const [name, store] of Object.entries(stores)) {
    const analytics = new Cache({ store });
    answered.push(await time(`analytics, ${name}`, count, () => cachedPerformance(analytics, database), analytics));
    const analyses = new Cache({ store });
    const ask = (at: number) => cachedTaskAnalysis(analyses, database, idOf(at));
    answered.push(await time(`analysis, ${name}`, count, ask, analyses));
  }
  return answered;
}

/** The mean of all questions, those that fill the cache among them, until their use is recorded. */
async function time(question: string, count: number, ask: Question, cache: Cache | null): Promise<Answered> {
  const startedAt = performance.now();
  for (let at = 0; at < count; at++) await ask(at);
  await cache?.settled();
  const ms = (performance.now() - startedAt) / count;
  if (cache === null) return { question, ms, hitRatio: null };
  const { hits, misses } = cache.figures();
  return { question, ms, hitRatio: hits / (hits + misses) };
}
