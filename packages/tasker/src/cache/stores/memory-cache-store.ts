import { LRUCache } from "lru-cache";
import type { CacheStore } from "../cache-store.ts";

/** Options of {@link MemoryCacheStore}. */
export interface MemoryCacheOptions {
  /** Characters of keys and values that are kept at most. Default: 16,777,216. */
  readonly maxCharacters?: number;
}

/** Keeps values in this process; those that were used longest ago give way. */
export class MemoryCacheStore implements CacheStore {
  readonly #values: LRUCache<string, string>;

  constructor({ maxCharacters = 16 * 1024 ** 2 }: MemoryCacheOptions = {}) {
    this.#values = new LRUCache({
      maxSize: maxCharacters,
      sizeCalculation: (value, key) => value.length + key.length + 1,
    });
  }

  async get(key: string): Promise<string | null> {
    return this.#values.get(key) ?? null;
  }

  async set(key: string, value: string, ttlSeconds: number): Promise<void> {
    this.#values.set(key, value, { ttl: ttlSeconds * 1_000 });
  }

  async delete(key: string): Promise<void> {
    this.#values.delete(key);
  }

  utilization(): number {
    return this.#values.calculatedSize / this.#values.maxSize;
  }
}
