import type { CacheUse, UseRecord } from "./use-record.ts";

/** Where a cache keeps its values: texts by key, for a time. */
export interface CacheStore {
  /** The text of a key; null if there is none, or its time is over. */
  get(key: string): Promise<string | null>;
  /** @param ttlSeconds 1 or more */
  set(key: string, value: string, ttlSeconds: number): Promise<void>;
  delete(key: string): Promise<void>;
  /** Share of its room that is in use, 0 to 1. Without it a store is never under pressure. */
  utilization?(): number;
}

/** A store that several processes share and that can do some things as one step, whoever else is at it. */
export interface AtomicCacheStore extends CacheStore {
  /** Adds a use to the record of a key and gives the record, by the formulas of `addUse`. */
  recordUse(key: string, use: CacheUse): Promise<UseRecord>;
  /** The record of a key; null if there is none. */
  readUse(key: string): Promise<UseRecord | null>;
  deleteUse(key: string): Promise<void>;
  /** Takes the lock of a key, unless somebody holds it. It ends by itself after a time. */
  lock(key: string, token: string, ttlMs: number): Promise<boolean>;
  /** Gives a lock back, if it is still this one. */
  unlock(key: string, token: string): Promise<void>;
}

/** Whether a store has the operations that coordination between processes needs. */
export function isAtomicStore(store: CacheStore): store is AtomicCacheStore {
  return ["recordUse", "readUse", "deleteUse", "lock", "unlock"].every(
    (name) => typeof Reflect.get(store, name) === "function",
  );
}
