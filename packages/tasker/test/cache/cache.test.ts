import { spawn } from "node:child_process";
import { once } from "node:events";
import { Redis } from "ioredis";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import { z } from "zod";
import { cachedBottlenecks, cachedPerformance, cachedTaskAnalysis } from "../../src/analysis/cached-analysis.ts";
import { Cache, type CacheOptions } from "../../src/cache/cache.ts";
import type { AtomicCacheStore, CacheStore } from "../../src/cache/cache-store.ts";
import { MemoryCacheStore } from "../../src/cache/stores/memory-cache-store.ts";
import { PostgresCacheStore } from "../../src/cache/stores/postgres-cache-store.ts";
import { RedisCacheStore } from "../../src/cache/stores/redis-cache-store.ts";
import { cacheConfig } from "../../src/config/cache-config.ts";
import { dependencyGraphConfig } from "../../src/config/dependency-graph-config.ts";
import { Health } from "../../src/health/health.ts";
import { addCacheMetrics } from "../../src/telemetry/metrics/cache-metrics.ts";
import { Metrics } from "../../src/telemetry/metrics/metrics.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";
import { graphTemplate, makeGate, startEngine, useDatabase } from "../support/engine-harness.ts";
import { freePort } from "../support/postgres-server.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const read = (json: unknown) => z.number().parse(json);

async function startRedis(): Promise<Redis> {
  const port = await freePort();
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const server = spawn(inject("redis") ?? "", options, { stdio: "ignore" });
  const client = new Redis({ port, host: "127.0.0.1", maxRetriesPerRequest: null, retryStrategy: () => 50 });
  client.on("error", () => {});
  onTestFinished(async () => {
    client.disconnect();
    const exited = once(server, "exit");
    if (server.exitCode === null && server.kill("SIGTERM")) await exited;
  });
  await client.ping();
  return client;
}

/** A store that others share and that can read and write, as Memcached. */
class PlainSharedStore implements CacheStore {
  static readonly cacheCapabilities = { distributed: true };
  readonly values: Map<string, string>;
  readonly ttls = new Map<string, number>();

  constructor(values = new Map<string, string>()) {
    this.values = values;
  }

  async get(key: string) {
    return this.values.get(key) ?? null;
  }

  async set(key: string, value: string, ttlSeconds: number) {
    this.values.set(key, value);
    this.ttls.set(key, ttlSeconds);
  }

  async delete(key: string) {
    this.values.delete(key);
  }
}

/** A cache on a store of which the times to live are seen. */
function makeCache(config: CacheOptions["config"] = {}) {
  const store = new PlainSharedStore();
  const clock = new ManualClock();
  const cache = new Cache({ store, clock, config });
  const make = (key = "k", ttlSeconds?: number) =>
    cache.fetch(key, async () => 1, { read, ...(ttlSeconds === undefined ? {} : { ttlSeconds }) });
  return { store, clock, cache, make };
}

/** What both stores that can act as one step must do. */
function describeShared(open: () => Promise<() => AtomicCacheStore>) {
  test("make a value once for two processes that ask at the same time, and lose no use", async () => {
    const openStore = await open();
    const caches = ["one", "two"].map((instanceId) => new Cache({ store: openStore(), instanceId }));
    expect(caches.map(({ strategy }) => strategy.mode)).toEqual(["distributed_atomic", "distributed_atomic"]);
    const gate = makeGate();
    let made = 0;
    const ask = (cache: Cache) =>
      cache.fetch(
        "slow",
        async () => {
          await gate.promise;
          made += 1;
          return made;
        },
        { read },
      );
    const answers = caches.flatMap((cache) => [ask(cache), ask(cache)]);
    setTimeout(gate.open, 100);
    expect(await Promise.all(answers)).toEqual([1, 1, 1, 1]);
    for (let round = 0; round < 10; round++) await Promise.all(caches.map(ask));
    await Promise.all(caches.map((cache) => cache.settled()));
    expect(await caches[0]?.performance("slow")).toMatchObject({ totalAccesses: 21, cacheHits: 20 });
    expect(caches.reduce((sum, cache) => sum + cache.figures().misses, 0)).toBe(1);
    await caches[0]?.delete("slow");
    expect(await caches[1]?.fetch("slow", async () => 7, { read })).toBe(7);
    expect(await caches[1]?.clearPerformance("slow")).toBe(true);
    expect(await caches[0]?.performance("slow")).toBeNull();
  });

  test("reckon uses as a process does by itself", async () => {
    const shared = new Cache({ store: (await open())() });
    const own = new Cache({ store: new MemoryCacheStore() });
    for (const cache of [shared, own]) {
      for (let n = 0; n < 3; n++) {
        await cache.fetch("a", async () => 1, { read });
        await cache.settled();
      }
      await cache.delete("a");
      await cache.fetch("a", async () => 2, { read });
      await cache.settled();
    }
    const [found, expected] = [await shared.performance("a"), await own.performance("a")];
    expect(found?.hitRate).toBeCloseTo(expected?.hitRate ?? -1, 6);
    expect(found).toMatchObject({ totalAccesses: 4, cacheHits: 2 });
    expect(found?.recentAccesses).toBeGreaterThan(3);
    expect(found?.recentAccesses).toBeLessThanOrEqual(4);
  });

  test("let go of a lock whose holder is gone, and of no other's", async () => {
    const locks = (await open())();
    expect(await locks.lock("l", "a", 150)).toBe(true);
    expect(await locks.lock("l", "b", 150)).toBe(false);
    await locks.unlock("l", "b");
    expect(await locks.lock("l", "b", 150)).toBe(false);
    await expect.poll(() => locks.lock("l", "c", 5_000)).toBe(true);
    await locks.unlock("l", "c");
    expect(await locks.lock("l", "d", 1)).toBe(true);
  });
}

describe.skipIf(inject("redis") === null)("caches in Redis", () => {
  describeShared(async () => {
    const client = await startRedis();
    return () => new RedisCacheStore({ client, namespace: "shop" });
  });
});

describeOnPostgres("caches in PostgreSQL", () => {
  describeShared(async () => {
    const database = await useDatabase(openTestDatabase);
    return () => new PostgresCacheStore(database);
  });

  test("forget what is over", async () => {
    const database = await useDatabase(openTestDatabase);
    const store = new PostgresCacheStore(database);
    await store.set("old", "1", 1);
    await database.execute("update tasker_cache set expires_at = expires_at - interval '1 hour'");
    expect(await store.get("old")).toBeNull();
    await store.prune();
    expect(await database.query("select key from tasker_cache")).toEqual([]);
  });

  test("keep an analysis until its task changes, and analytics for a while", async () => {
    const database = await useDatabase(openTestDatabase);
    const { engine } = await startEngine(database, [graphTemplate("a -> b")]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await engine.settled(taskId);
    const cache = new Cache({ store: new PostgresCacheStore(database) });
    const first = await cachedTaskAnalysis(cache, database, taskId);
    expect(await cachedTaskAnalysis(cache, database, taskId)).toBe(first);
    expect(cache.figures()).toMatchObject({ hits: 1, misses: 1 });
    await database.execute("update tasker_task_transitions set id = id + 1000 where most_recent");
    await cachedTaskAnalysis(cache, database, taskId);
    expect(cache.figures()).toMatchObject({ hits: 1, misses: 2 });
    const weights = dependencyGraphConfig();
    expect(await cachedTaskAnalysis(cache, database, taskId, weights)).toBe(
      await cachedTaskAnalysis(cache, database, taskId, weights),
    );
    expect(cache.figures()).toMatchObject({ hits: 2, misses: 3, errors: 0 });
    await expect(cachedTaskAnalysis(cache, database, 4711)).rejects.toThrow("no task 4711");
    expect(JSON.parse(await cachedPerformance(cache, database))).toMatchObject({ system_overview: {} });
    expect(await cachedPerformance(cache, database)).toBe(await cachedPerformance(cache, database));
    expect(await cachedBottlenecks(cache, database)).toBe(await cachedBottlenecks(cache, database));
    expect(await cachedBottlenecks(cache, database, { periodHours: 1 })).not.toBe("");
    expect(await new Health({ database, cache }).ready({ details: true })).toMatchObject({
      checks: { cache: { status: "healthy", coordination_strategy: "distributed_atomic", locking_support: true } },
    });
    const metrics = new Metrics();
    addCacheMetrics(metrics, cache);
    expect(await metrics.text()).toMatch(/tasker_cache_hits_total 5\n[\s\S]*tasker_cache_hit_ratio 0\.\d+/);
  });
});

describe("a cache", () => {
  test("tells keys of any length apart, and gives its store short ones", async () => {
    const { store, cache, make } = makeCache();
    const long = "k".repeat(1_000);
    await make(`${long}1`);
    await make(`${long}2`);
    await make(`${long}2`);
    await cache.settled();
    expect(cache.figures()).toMatchObject({ hits: 1, misses: 2 });
    expect(Math.max(...[...store.values.keys()].map((key) => key.length))).toBeLessThanOrEqual(450);
    expect(await cache.performance(`${long}2`)).toMatchObject({ totalAccesses: 2 });
    await cache.delete(`${long}2`);
    await make(`${long}2`);
    expect(cache.figures()).toMatchObject({ misses: 3 });
  });

  test("on a store that is only shared has records for all, of which some may be lost", async () => {
    const values = new Map<string, string>();
    const [one, two] = ["one", "two"].map(
      (instanceId) => new Cache({ store: new PlainSharedStore(values), instanceId }),
    );
    expect(one?.strategy.mode).toBe("distributed_basic");
    await one?.fetch("k", async () => 1, { read });
    await two?.fetch("k", async () => 2, { read });
    await two?.settled();
    expect(await one?.performance("k")).toMatchObject({ totalAccesses: 2, cacheHits: 1 });
  });

  test("in a process of its own has records of its own", async () => {
    const store = new MemoryCacheStore();
    const [one, two] = ["one", "two"].map((instanceId) => new Cache({ store, instanceId }));
    await one?.fetch("k", async () => 1, { read });
    expect(await one?.performance("k")).toMatchObject({ totalAccesses: 1 });
    expect(await two?.performance("k")).toBeNull();
  });

  test("hands on what making a value throws, and keeps nothing of it", async () => {
    const { cache, make } = makeCache();
    const failing = () => cache.fetch("k", () => Promise.reject(new Error("no")), { read });
    await expect(Promise.all([failing(), failing()])).rejects.toThrow("no");
    expect(await make()).toBe(1);
  });

  test("whose store fails or hangs makes the value, and asks it no more for a second", async () => {
    const errors: unknown[] = [];
    let asked = 0;
    const hang = () => {
      asked += 1;
      return new Promise<never>(() => undefined);
    };
    const store: CacheStore = { get: hang, set: hang, delete: hang };
    const cache = new Cache({ store, storeTimeoutMs: 30, onError: (error) => errors.push(error) });
    for (let n = 0; n < 5; n++) expect(await cache.fetch("k", async () => n, { read })).toBe(n);
    expect(asked).toBe(1);
    expect(errors).toHaveLength(1);
    expect(cache.figures()).toMatchObject({ misses: 5, errors: 1 });
    await expect(
      new Health({ database: () => Promise.reject(new Error("x")), cache, deadlinesMs: { cache: 20 } }).ready({
        details: true,
      }),
    ).resolves.toMatchObject({ checks: { cache: { status: "unhealthy", error: "Timeout" } } });
  });
});

describe("the option", () => {
  test("default_ttl is for how long a value is kept", async () => {
    const { store, make } = makeCache({ default_ttl: 77, adaptive_ttl_enabled: false });
    await make();
    expect(store.ttls.get("k")).toBe(77);
    await make("other", 5);
    expect(store.ttls.get("other")).toBe(5);
  });

  test("adaptive_ttl_enabled has times to live follow the use", async () => {
    const { store, clock, cache, make } = makeCache({ min_adaptive_ttl: 1 });
    // Made at once and asked for the first time: 100 * 0.8, and more than five times a minute by now.
    await make("k", 100);
    expect(store.ttls.get("k")).toBe(72);
    for (let n = 0; n < 200; n++) await make("k", 100);
    await cache.settled();
    await cache.delete("k");
    clock.advance(31_000);
    await make("k", 100);
    expect(store.ttls.get("k")).toBe(100 * 1.5 * 0.8 * 1.2);
  });

  test("min_adaptive_ttl and max_adaptive_ttl are its bounds", async () => {
    const { store, make } = makeCache({ min_adaptive_ttl: 40, max_adaptive_ttl: 50 });
    await make("short", 10);
    await make("long", 900);
    expect([store.ttls.get("short"), store.ttls.get("long")]).toEqual([40, 50]);
  });

  test("performance_tracking_enabled has uses recorded", async () => {
    const { cache, make, store } = makeCache({ performance_tracking_enabled: false });
    await make("k", 200);
    expect(await cache.performance("k")).toBeNull();
    expect(store.ttls.get("k")).toBe(200);
  });

  test("hit_rate_smoothing_factor is the weight of the past", async () => {
    const { cache, make } = makeCache({ hit_rate_smoothing_factor: 0.25 });
    await make();
    await make();
    await cache.settled();
    expect((await cache.performance("k"))?.hitRate).toBe(0.75);
  });

  test("access_frequency_decay_rate is what a second leaves of an access", async () => {
    const { cache, clock, make } = makeCache({ access_frequency_decay_rate: 0.5 });
    await make();
    clock.advance(2_000);
    await make();
    await cache.settled();
    expect((await cache.performance("k"))?.recentAccesses).toBeCloseTo(1.25);
  });

  test("adaptive_calculation_interval is how often a time to live is decided", async () => {
    const { cache, store, clock, make } = makeCache({ adaptive_calculation_interval: 60, min_adaptive_ttl: 1 });
    await make("k", 100);
    for (let n = 0; n < 200; n++) await make("k", 100);
    await cache.delete("k");
    clock.advance(59_000);
    await make("k", 100);
    expect(store.ttls.get("k")).toBe(72);
    await cache.delete("k");
    clock.advance(1_000);
    await make("k", 100);
    expect(store.ttls.get("k")).toBeGreaterThan(72);
  });

  test("cache_pressure_threshold is where values are kept no longer than they should be", async () => {
    const store = new MemoryCacheStore({ maxCharacters: 1_000 });
    const cache = new Cache({ store, config: cacheConfig({ cache_pressure_threshold: 0.5 }) });
    expect(cache.isUnderPressure()).toBe(false);
    await store.set("k", "x".repeat(600), 100);
    expect(cache.isUnderPressure()).toBe(true);
    cache.reconfigure({ cache_pressure_threshold: 0.9 });
    expect(cache.isUnderPressure()).toBe(false);
  });

  test("dashboard_cache_ttl is for how long analytics are kept", async () => {
    const { store, cache } = makeCache({ dashboard_cache_ttl: 33, adaptive_ttl_enabled: false });
    await store.set("tasker:analytics:performance", '"kept"', 1);
    expect(
      await cachedPerformance(cache, {
        run: () => Promise.reject(new Error("x")),
        execute: async () => {},
        query: async () => [],
      }),
    ).toBe("kept");
    await store.delete("tasker:analytics:performance");
    const connection = { run: async () => [], execute: async () => {}, query: async () => [] };
    await cachedPerformance(cache, connection);
    expect(store.ttls.get("tasker:analytics:performance")).toBe(33);
  });
});
