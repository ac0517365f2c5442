import type { CacheConfig } from "../config/cache-config.ts";

/** One use of a key. */
export interface CacheUse {
  readonly hit: boolean;
  /** Seconds that making the value took; null for a hit. */
  readonly generationSeconds: number | null;
  /** Weight of the past in the rate of hits and the time to make a value, 0 to 1. */
  readonly smoothing: number;
  /** What a second leaves of the weight of an access, between 0 and 1. */
  readonly decay: number;
}

/** How a key is used. */
export interface UseRecord {
  /** Share of hits, later uses counting more, 0 to 1. */
  readonly hitRate: number;
  /** Mean time to make the value, later ones counting more, in seconds; 0: it was never made. */
  readonly generationSeconds: number;
  /** Accesses, each counting less the longer it has been ago, as of the last one. */
  readonly recentAccesses: number;
  readonly totalAccesses: number;
  readonly cacheHits: number;
}

/**
 * The record after a use, the first sample being what it says and not a part of it. Hits leave the time to make a value as it
 * is, and the weight of accesses decays with time, not with each access, so that frequent ones stand out. Stores that are shared have
 * the same formulas in their own language.
 * @param elapsedSeconds since the last use
 */
export function addUse(record: UseRecord | null, use: CacheUse, elapsedSeconds: number): UseRecord {
  const { hit, generationSeconds: made, smoothing, decay } = use;
  const sample = hit ? 1 : 0;
  if (record === null) {
    return {
      hitRate: sample,
      generationSeconds: made ?? 0,
      recentAccesses: 1,
      totalAccesses: 1,
      cacheHits: sample,
    };
  }
  const earlier = record.generationSeconds;
  return {
    hitRate: record.hitRate * smoothing + sample * (1 - smoothing),
    generationSeconds: made === null ? earlier : earlier === 0 ? made : earlier * smoothing + made * (1 - smoothing),
    recentAccesses: record.recentAccesses * decay ** Math.max(0, elapsedSeconds) + 1,
    totalAccesses: record.totalAccesses + 1,
    cacheHits: record.cacheHits + sample,
  };
}

/** Accesses per minute that a record stands for: with a steady rate, that rate. */
export function accessesPerMinute(record: UseRecord, decay: number): number {
  return record.recentAccesses * -Math.log(decayOf(decay)) * 60;
}

/** The configured rate as one that can be reckoned with: at 0 and 1 nothing would be left of the past, or all of it for ever. */
export function decayOf(rate: number): number {
  return Math.min(0.9999, Math.max(0.0001, rate));
}

/**
 * How long a value is kept, in seconds: longer what is hit often, costs much or is asked for often, and shorter what is not. Unless that is
 * switched off, it lies between `min_adaptive_ttl` and `max_adaptive_ttl`.
 */
export function adaptiveTtl(baseSeconds: number, record: UseRecord, config: CacheConfig): number {
  if (!config.adaptive_ttl_enabled) return baseSeconds;
  const { hitRate, generationSeconds } = record;
  const frequency = accessesPerMinute(record, config.access_frequency_decay_rate);
  let ttl = baseSeconds;
  if (hitRate > 0.8) ttl *= 1.5;
  else if (hitRate > 0 && hitRate < 0.3) ttl *= 0.7;
  if (generationSeconds > 1) ttl *= 1.3;
  else if (generationSeconds > 0 && generationSeconds < 0.1) ttl *= 0.8;
  if (frequency > 100) ttl *= 1.2;
  else if (frequency > 0 && frequency < 5) ttl *= 0.9;
  return Math.min(config.max_adaptive_ttl, Math.max(config.min_adaptive_ttl, Math.trunc(ttl)));
}
