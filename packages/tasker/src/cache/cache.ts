import { createHash, randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { LRUCache } from "lru-cache";
import { type Clock, elapsedOf, systemClock } from "../clock/clock.ts";
import { type CacheConfig, type CacheSettings, cacheConfig } from "../config/cache-config.ts";
import { COORDINATION_TIMEOUT_SECONDS } from "../constants/caching.ts";
import { type CacheStore, isAtomicStore } from "./cache-store.ts";
import { CacheDetection, type CacheStrategy } from "./detection/cache-strategy.ts";
import { StoreGuard } from "./store-guard.ts";
import { UseBook } from "./use-book.ts";
import { adaptiveTtl, type UseRecord } from "./use-record.ts";

/** Options of {@link Cache}. */
export interface CacheOptions {
  readonly store: CacheStore;
  /** The section `cache` of the configuration. */
  readonly config?: CacheSettings;
  /** Longest time that a store may take to read or write a value, in milliseconds. Default: 500. */
  readonly storeTimeoutMs?: number;
  /** Default: one without detectors of your own. */
  readonly detection?: CacheDetection;
  /** Told what goes wrong with the store: the value is made then. Default: nobody. */
  readonly onError?: (error: unknown) => void;
  /** Default: host and process id. */
  readonly instanceId?: string;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
}

/** What a cache did so far, in this process. */
export interface CacheFigures {
  readonly hits: number;
  readonly misses: number;
  /** Questions that were answered by a value that somebody else was making. */
  readonly shared: number;
  /** Operations of the store that failed or had no time. */
  readonly errors: number;
  /** Seconds that hits and shared answers would have taken, by how long values took to make. */
  readonly savedSeconds: number;
  /** Seconds that making values took. */
  readonly spentSeconds: number;
  /** Keys of this process whose records are known. */
  readonly trackedKeys: number;
}

/** For how long a value is kept, in seconds; `fixed`: whatever its use. */
interface Life {
  readonly base: number;
  readonly fixed: boolean;
}

/** Time between two looks whether another process has made a value, in milliseconds. */
const LOOK_MS = 25;
/** Keys whose time to live is remembered. */
const MOST_KEYS = 10_000;
/** Characters of a key that stores are given; more have a hash in the place of their end. */
const LONGEST_KEY = 400;

/**
 * Keeps what is costly to make and may be a little old; never the state of anything. A value is made once for all who ask at the same
 * time, in all processes where the store can lock. A store that fails costs time once in a second, and no answer.
 */
export class Cache {
  readonly store: CacheStore;
  /** What the store can do, and how processes go about it. */
  readonly strategy: CacheStrategy;
  readonly instanceId: string;
  readonly #clock: Clock;
  readonly #storeTimeoutMs: number;
  readonly #guard: StoreGuard;
  readonly #book: UseBook;
  readonly #making = new Map<string, Promise<string>>();
  readonly #known = new LRUCache<string, { seconds: number; ttl: number; decidedAt: number }>({ max: MOST_KEYS });
  readonly #recording = new Set<Promise<unknown>>();
  #config: CacheConfig;
  #hits = 0;
  #misses = 0;
  #shared = 0;
  #savedSeconds = 0;
  #spentSeconds = 0;

  /** @throws ConfigurationError if an option has a value that it cannot have */
  constructor(options: CacheOptions) {
    const { store, config, storeTimeoutMs = 500, onError = () => undefined, clock = systemClock } = options;
    this.store = store;
    this.strategy = (options.detection ?? new CacheDetection()).detect(store);
    this.instanceId = options.instanceId ?? `${process.env.HOSTNAME || hostname()}-${process.pid}`;
    this.#clock = clock;
    this.#storeTimeoutMs = storeTimeoutMs;
    this.#guard = new StoreGuard(clock, onError);
    this.#book = new UseBook({ store, mode: this.strategy.mode, instanceId: this.instanceId, clock });
    this.#config = cacheConfig(config);
  }

  get config(): CacheConfig {
    return this.#config;
  }

  /** Takes other settings from now on. */
  reconfigure(config: CacheSettings): void {
    this.#config = cacheConfig(config);
    this.#known.clear();
  }

  /**
   * The value of a key: as it is kept, or made and then kept. What is kept is JSON; what `produce` throws is thrown and not kept.
   * @param name the key, of any length
   * @param options `ttlSeconds`: time to live that the use changes, unless it is `fixed`. Default: `default_ttl`. `read` makes the value of what JSON gives.
   *   Default: as it is
   */
  async fetch<T>(
    name: string,
    produce: () => Promise<T>,
    options: { readonly ttlSeconds?: number; readonly fixed?: boolean; readonly read: (json: unknown) => T },
  ): Promise<T> {
    const { ttlSeconds = this.#config.default_ttl, fixed = false, read } = options;
    const key = shortKey(name);
    const joined = this.#making.get(key);
    if (joined !== undefined) return this.#share(key, await joined, read);
    const work = this.#find(key, async () => JSON.stringify(await produce()), { base: ttlSeconds, fixed });
    this.#making.set(key, work);
    try {
      return read(JSON.parse(await work));
    } finally {
      this.#making.delete(key);
    }
  }

  /** Forgets the value of a key: in all processes where the store is shared. */
  async delete(key: string): Promise<void> {
    await this.#ask(() => this.store.delete(shortKey(key)), undefined);
  }

  /** How a key is used; null if that is not known. */
  performance(key: string): Promise<UseRecord | null> {
    return this.#ask(() => this.#book.read(shortKey(key)), null);
  }

  /** Forgets how a key is used. False: the store failed. */
  clearPerformance(key: string): Promise<boolean> {
    return this.#ask(() => this.#book.clear(shortKey(key)).then(() => true), false);
  }

  figures(): CacheFigures {
    return {
      hits: this.#hits,
      misses: this.#misses,
      shared: this.#shared,
      errors: this.#guard.errors,
      savedSeconds: this.#savedSeconds,
      spentSeconds: this.#spentSeconds,
      trackedKeys: this.#known.size,
    };
  }

  /** Whether the store is filled to `cache_pressure_threshold`: then times to live are not lengthened. */
  isUnderPressure(): boolean {
    return (this.store.utilization?.() ?? 0) >= this.#config.cache_pressure_threshold;
  }

  /** Resolves when every use so far is recorded. */
  async settled(): Promise<void> {
    await Promise.all(this.#recording);
  }

  async #find(key: string, produce: () => Promise<string>, life: Life): Promise<string> {
    const kept = await this.#ask(() => this.store.get(key), null);
    if (kept !== null) {
      this.#hits += 1;
      this.#savedSeconds += this.#known.get(key)?.seconds ?? 0;
      this.#record(key, true, null);
      return kept;
    }
    if (this.strategy.mode !== "distributed_atomic" || !isAtomicStore(this.store))
      return this.#make(key, produce, life);
    return this.#makeOnce(key, produce, life);
  }

  /** Makes the value under the lock of the key, or waits for whoever does. */
  async #makeOnce(key: string, produce: () => Promise<string>, life: Life): Promise<string> {
    const { store } = this;
    if (!isAtomicStore(store)) return this.#make(key, produce, life);
    const token = randomUUID();
    const longestMs = COORDINATION_TIMEOUT_SECONDS[this.strategy.mode] * 1_000;
    const begun = elapsedOf(this.#clock);
    for (;;) {
      // A store that fails must not keep anybody from making the value.
      if (await this.#ask(() => store.lock(key, token, longestMs), true)) break;
      await new Promise<void>((resolve) => void this.#clock.after(LOOK_MS, resolve));
      const made = await this.#ask(() => store.get(key), null);
      if (made !== null) {
        this.#countShared(key);
        return made;
      }
      if (elapsedOf(this.#clock) - begun >= longestMs) break;
    }
    try {
      // Whoever held the lock before may have made it since we looked.
      const made = await this.#ask(() => store.get(key), null);
      if (made === null) return await this.#make(key, produce, life);
      this.#countShared(key);
      return made;
    } finally {
      await this.#ask(() => store.unlock(key, token), undefined);
    }
  }

  async #make(key: string, produce: () => Promise<string>, life: Life): Promise<string> {
    const begun = performance.now();
    const text = await produce();
    const seconds = (performance.now() - begun) / 1_000;
    this.#misses += 1;
    this.#spentSeconds += seconds;
    const ttl = await this.#ttl(key, life, seconds);
    await this.#ask(() => this.store.set(key, text, ttl), undefined);
    return text;
  }

  /** The time to live of a value that was made, in seconds; decided once in `adaptive_calculation_interval`. */
  async #ttl(key: string, { base, fixed }: Life, seconds: number): Promise<number> {
    const now = elapsedOf(this.#clock);
    const known = this.#known.get(key);
    const config = this.#config;
    if (!config.performance_tracking_enabled) {
      this.#known.set(key, { seconds, ttl: base, decidedAt: now });
      return base;
    }
    const isDecided = known !== undefined && now - known.decidedAt < config.adaptive_calculation_interval * 1_000;
    if (isDecided) {
      this.#record(key, false, seconds);
      this.#known.set(key, { ...known, seconds });
      return fixed ? base : known.ttl;
    }
    const record = await this.#ask(() => this.#book.add(key, false, seconds, config), null);
    const adapted = record === null ? base : adaptiveTtl(base, record, config);
    const usual = this.isUnderPressure() ? Math.min(base, adapted) : adapted;
    const ttl = fixed ? base : usual;
    this.#known.set(key, { seconds, ttl, decidedAt: now });
    return ttl;
  }

  /** Nobody waits for it: it says for how long the next value is kept. */
  #record(key: string, hit: boolean, seconds: number | null): void {
    if (!this.#config.performance_tracking_enabled) return;
    const recording = this.#ask(() => this.#book.add(key, hit, seconds, this.#config), null);
    this.#recording.add(recording);
    void recording.then(() => this.#recording.delete(recording));
  }

  #share<T>(key: string, text: string, read: (json: unknown) => T): T {
    this.#countShared(key);
    return read(JSON.parse(text));
  }

  #countShared(key: string): void {
    this.#shared += 1;
    this.#savedSeconds += this.#known.get(key)?.seconds ?? 0;
  }

  #ask<T>(operation: () => Promise<T>, otherwise: T): Promise<T> {
    return this.#guard.ask(operation, this.#storeTimeoutMs, otherwise);
  }
}

function shortKey(key: string): string {
  if (key.length <= LONGEST_KEY) return key;
  const hash = createHash("sha256").update(key).digest("hex");
  return `${key.slice(0, LONGEST_KEY - hash.length - 1).toWellFormed()}:${hash}`;
}
