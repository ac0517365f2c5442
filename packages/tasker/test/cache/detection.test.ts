import { describe, expect, test } from "vitest";
import type { CacheStore } from "../../src/cache/cache-store.ts";
import { CacheDetection } from "../../src/cache/detection/cache-strategy.ts";
import { MemoryCacheStore } from "../../src/cache/stores/memory-cache-store.ts";
import { RedisCacheStore } from "../../src/cache/stores/redis-cache-store.ts";
import { accessesPerMinute, addUse, type UseRecord } from "../../src/cache/use-record.ts";

class OwnStore implements CacheStore {
  async get() {
    return null;
  }
  async set() {}
  async delete() {}
}

class DeclaringStore extends OwnStore {
  static readonly cacheCapabilities = { distributed: true, atomic_increment: true, locking: true, compression: false };
}

class HeirStore extends DeclaringStore {}

describe("what a store can do", () => {
  test("is known of those that come along", () => {
    const detection = new CacheDetection();
    const client = { call: async () => null };
    expect(detection.detect(new RedisCacheStore({ client, namespace: "a" }))).toMatchObject({
      storeClass: "RedisCacheStore",
      mode: "distributed_atomic",
      capabilities: { distributed: true, locking: true, namespace_support: true, compression_support: false },
    });
    expect(detection.detect(new MemoryCacheStore())).toMatchObject({
      mode: "local_only",
      capabilities: { distributed: false, key_transformation: true },
    });
  });

  test("is what its class declares, not what it inherits; without the operations it is only shared", () => {
    const detection = new CacheDetection();
    expect(detection.detect(new DeclaringStore())).toMatchObject({
      mode: "distributed_basic",
      capabilities: { locking: true, compression: false },
    });
    expect(detection.detect(new HeirStore()).mode).toBe("local_only");
  });

  test("is found by detectors, later ones winning; those that throw are told and left out", () => {
    const told: string[] = [];
    const detection = new CacheDetection((message) => told.push(message));
    const store = new OwnStore();
    expect(detection.detect(store).mode).toBe("local_only");
    detection.register(/^Own/, () => ({ distributed: false, ttl_inspection: true }));
    detection.register("Store", () => ({ distributed: true }));
    detection.register("Own", () => {
      throw new Error("no");
    });
    detection.register("Other", () => ({ distributed: false }));
    expect(detection.detect(store)).toMatchObject({
      mode: "distributed_basic",
      capabilities: { ttl_inspection: true },
    });
    expect(told).toEqual(["a detector of cache capabilities for OwnStore failed"]);
    detection.clear();
    expect(detection.detect(store).mode).toBe("local_only");
  });
});

test("a steady rate of accesses is what their record stands for, in a minute", () => {
  let record: UseRecord | null = null;
  const use = { hit: true, generationSeconds: null, smoothing: 0.9, decay: 0.95 };
  for (let n = 0; n < 2_000; n++) record = addUse(record, use, 0.2);
  expect(record === null ? 0 : accessesPerMinute(record, 0.95)).toBeCloseTo(300, -1);
});
