import { PERFORMANCE_RETENTION_SECONDS } from "../../constants/caching.ts";
import type { Connection } from "../../database/database.ts";
import type { RowOf } from "../../database/statement.ts";
import type { AtomicCacheStore } from "../cache-store.ts";
import type { CacheUse, UseRecord } from "../use-record.ts";
import {
  deleteCached,
  deleteCacheUse,
  lockCached,
  pruneCache,
  readCached,
  readCacheUse,
  recordCacheUse,
  unlockCached,
  writeCached,
} from "./cache-statements.ts";

/** Writes after which what is over is forgotten, and how many values at most. */
const PRUNE = { every: 50, limit: 500 };

/** Keeps values in the database, for all processes that use it, in tables that a crash of the server empties. */
export class PostgresCacheStore implements AtomicCacheStore {
  readonly #connection: Connection;
  #writes = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async get(key: string): Promise<string | null> {
    return (await this.#connection.run(readCached, [key]))[0]?.value ?? null;
  }

  async set(key: string, value: string, ttlSeconds: number): Promise<void> {
    await this.#connection.run(writeCached, [key, value, ttlSeconds]);
    this.#writes += 1;
    if (this.#writes % PRUNE.every === 0) await this.prune();
  }

  async delete(key: string): Promise<void> {
    await this.#connection.run(deleteCached, [key]);
  }

  async recordUse(key: string, use: CacheUse): Promise<UseRecord> {
    const { hit, generationSeconds, smoothing, decay } = use;
    const facts = [key, hit ? 1 : 0, generationSeconds, smoothing, decay, PERFORMANCE_RETENTION_SECONDS] as const;
    const [row] = await this.#connection.run(recordCacheUse, facts);
    if (row === undefined) throw new RangeError("cache_record_use gave no row");
    return toRecord(row);
  }

  async readUse(key: string): Promise<UseRecord | null> {
    const [row] = await this.#connection.run(readCacheUse, [key]);
    return row === undefined ? null : toRecord(row);
  }

  async deleteUse(key: string): Promise<void> {
    await this.#connection.run(deleteCacheUse, [key]);
  }

  async lock(key: string, token: string, ttlMs: number): Promise<boolean> {
    return (await this.#connection.run(lockCached, [key, token, ttlMs])).length > 0;
  }

  async unlock(key: string, token: string): Promise<void> {
    await this.#connection.run(unlockCached, [key, token]);
  }

  /** Forgets up to 500 values and records whose time is over. Done now and then by itself. */
  async prune(): Promise<void> {
    await this.#connection.run(pruneCache, [PRUNE.limit]);
  }
}

function toRecord(row: RowOf<typeof readCacheUse.columns>): UseRecord {
  return {
    hitRate: row.hit_rate,
    generationSeconds: row.generation_seconds,
    recentAccesses: row.recent_accesses,
    totalAccesses: row.total_accesses,
    cacheHits: row.cache_hits,
  };
}
