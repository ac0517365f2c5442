import { LRUCache } from "lru-cache";
import { z } from "zod";
import { type Clock, elapsedOf } from "../clock/clock.ts";
import type { CacheConfig } from "../config/cache-config.ts";
import {
  CACHE_KEY_PREFIXES,
  COORDINATION_RETRY_ATTEMPTS,
  type CoordinationStrategy,
  PERFORMANCE_RETENTION_SECONDS,
} from "../constants/caching.ts";
import { type CacheStore, isAtomicStore } from "./cache-store.ts";
import { addUse, type CacheUse, decayOf, type UseRecord } from "./use-record.ts";

/** Keys of which records are kept in this process. */
const MOST_KEYS = 10_000;

const Stored = z.object({
  hitRate: z.number(),
  generationSeconds: z.number(),
  recentAccesses: z.number(),
  totalAccesses: z.number(),
  cacheHits: z.number(),
  at: z.number(),
});
type Stored = z.infer<typeof Stored>;

/** What a book of uses is made with. */
export interface UseBookParts {
  readonly store: CacheStore;
  readonly mode: CoordinationStrategy;
  readonly instanceId: string;
  readonly clock: Clock;
}

/**
 * Records how keys are used, as the mode has it: in a store that is atomic, by one step of the store, so that no use is lost; in one that is
 * only shared, by reading and writing, where of two at the same time one may be lost; otherwise in this process alone.
 */
export class UseBook {
  readonly #parts: UseBookParts;
  readonly #own = new LRUCache<string, Stored>({ max: MOST_KEYS });

  constructor(parts: UseBookParts) {
    this.#parts = parts;
  }

  /** Adds a use and gives the record. */
  async add(key: string, hit: boolean, generationSeconds: number | null, config: CacheConfig): Promise<UseRecord> {
    const { store, mode, clock } = this.#parts;
    const use: CacheUse = {
      hit,
      generationSeconds,
      smoothing: config.hit_rate_smoothing_factor,
      decay: decayOf(config.access_frequency_decay_rate),
    };
    const place = this.placeOf(key);
    if (mode === "distributed_atomic" && isAtomicStore(store)) return store.recordUse(place, use);
    if (mode === "distributed_basic") return this.#addShared(place, use);
    const now = elapsedOf(clock);
    const earlier = this.#own.get(place);
    const record = addUse(earlier ?? null, use, earlier === undefined ? 0 : (now - earlier.at) / 1_000);
    this.#own.set(place, { ...record, at: now });
    return record;
  }

  /** The record of a key; null if there is none. */
  async read(key: string): Promise<UseRecord | null> {
    const { store, mode } = this.#parts;
    const place = this.placeOf(key);
    if (mode === "distributed_atomic" && isAtomicStore(store)) return store.readUse(place);
    if (mode === "distributed_basic") return decode(await store.get(place));
    return this.#own.get(place) ?? null;
  }

  /** Forgets the record of a key. */
  async clear(key: string): Promise<void> {
    const { store, mode } = this.#parts;
    const place = this.placeOf(key);
    if (mode === "distributed_atomic" && isAtomicStore(store)) await store.deleteUse(place);
    else if (mode === "distributed_basic") await store.delete(place);
    else this.#own.delete(place);
  }

  /** Under which key the record of a key is. */
  placeOf(key: string): string {
    const { mode, instanceId } = this.#parts;
    const instance = mode === "local_only" ? `${instanceId}:` : "";
    return `${CACHE_KEY_PREFIXES.performance}:${instance}${key}`;
  }

  /** Writes, and looks whether that stood; tries again a few times if somebody else wrote in between. */
  async #addShared(place: string, use: CacheUse): Promise<UseRecord> {
    const { store, clock } = this.#parts;
    for (let attempt = 1; ; attempt++) {
      const now = clock.now();
      const earlier = decode(await store.get(place));
      const record = addUse(earlier, use, earlier === null ? 0 : (now - earlier.at) / 1_000);
      const text = JSON.stringify({ ...record, at: now });
      await store.set(place, text, PERFORMANCE_RETENTION_SECONDS);
      if (attempt >= COORDINATION_RETRY_ATTEMPTS || (await store.get(place)) === text) return record;
    }
  }
}

function decode(text: string | null): Stored | null {
  if (text === null) return null;
  const { data } = Stored.safeParse(JSON.parse(text));
  return data ?? null;
}
