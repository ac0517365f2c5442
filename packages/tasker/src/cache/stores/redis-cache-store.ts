import { PERFORMANCE_RETENTION_SECONDS } from "../../constants/caching.ts";
import type { AtomicCacheStore } from "../cache-store.ts";
import type { CacheUse, UseRecord } from "../use-record.ts";

/** What is needed of a client of Redis: that of `ioredis`. */
export interface RedisCacheClient {
  call(command: string, ...args: string[]): Promise<unknown>;
}

/** Options of {@link RedisCacheStore}. */
export interface RedisCacheOptions {
  /** Whoever made it closes it. */
  readonly client: RedisCacheClient;
  /** What all keys begin with. Default: nothing. */
  readonly namespace?: string;
}

/** The formulas of `addUse`; the time is the server's. */
const RECORD_USE = `
local hit, made, smoothing, decay = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local old = redis.call('HMGET', KEYS[1], 'rate', 'seconds', 'recent', 'at')
local rate, seconds, recent = hit, made or 0, 1
if old[1] then
  rate = old[1] * smoothing + hit * (1 - smoothing)
  local earlier = tonumber(old[2])
  if not made then seconds = earlier
  elseif earlier > 0 then seconds = earlier * smoothing + made * (1 - smoothing) end
  recent = old[3] * decay ^ math.max(0, now - old[4]) + 1
end
local text = function(number) return string.format('%.17g', number) end
redis.call('HSET', KEYS[1], 'rate', text(rate), 'seconds', text(seconds), 'recent', text(recent), 'at', text(now))
redis.call('HINCRBY', KEYS[1], 'total', 1)
redis.call('HINCRBY', KEYS[1], 'hits', hit)
redis.call('EXPIRE', KEYS[1], ARGV[5])
return redis.call('HMGET', KEYS[1], 'rate', 'seconds', 'recent', 'total', 'hits')`;

const UNLOCK = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

/** Keeps values in Redis, for all processes that use it. Records of use are changed by scripts, which run as one step. */
export class RedisCacheStore implements AtomicCacheStore {
  readonly options: { readonly namespace?: string };
  readonly #client: RedisCacheClient;
  readonly #prefix: string;

  constructor({ client, namespace }: RedisCacheOptions) {
    this.options = namespace === undefined ? {} : { namespace };
    this.#client = client;
    this.#prefix = namespace === undefined ? "" : `${namespace}:`;
  }

  async get(key: string): Promise<string | null> {
    const value = await this.#client.call("GET", this.#prefix + key);
    return typeof value === "string" ? value : null;
  }

  async set(key: string, value: string, ttlSeconds: number): Promise<void> {
    await this.#client.call("SET", this.#prefix + key, value, "EX", String(ttlSeconds));
  }

  async delete(key: string): Promise<void> {
    await this.#client.call("DEL", this.#prefix + key);
  }

  async recordUse(key: string, use: CacheUse): Promise<UseRecord> {
    const { hit, generationSeconds, smoothing, decay } = use;
    const made = generationSeconds === null ? "" : String(generationSeconds);
    const facts = [hit ? "1" : "0", made, String(smoothing), String(decay), String(PERFORMANCE_RETENTION_SECONDS)];
    const record = readRecord(await this.#client.call("EVAL", RECORD_USE, "1", this.#prefix + key, ...facts));
    if (record === null) throw new TypeError("Redis gave no record of use");
    return record;
  }

  async readUse(key: string): Promise<UseRecord | null> {
    const fields = ["rate", "seconds", "recent", "total", "hits"];
    return readRecord(await this.#client.call("HMGET", this.#prefix + key, ...fields));
  }

  async deleteUse(key: string): Promise<void> {
    await this.delete(key);
  }

  async lock(key: string, token: string, ttlMs: number): Promise<boolean> {
    const made = await this.#client.call("SET", `${this.#prefix}${key}:lock`, token, "NX", "PX", String(ttlMs));
    return made === "OK";
  }

  async unlock(key: string, token: string): Promise<void> {
    await this.#client.call("EVAL", UNLOCK, "1", `${this.#prefix}${key}:lock`, token);
  }
}

function readRecord(fields: unknown): UseRecord | null {
  if (!Array.isArray(fields) || fields.some((field) => field === null)) return null;
  const [hitRate = 0, generationSeconds = 0, recentAccesses = 0, totalAccesses = 0, cacheHits = 0] = fields.map(Number);
  return { hitRate, generationSeconds, recentAccesses, totalAccesses, cacheHits };
}
