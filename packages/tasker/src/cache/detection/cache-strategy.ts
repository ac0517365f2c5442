import type { CoordinationStrategy } from "../../constants/caching.ts";
import { type CacheStore, isAtomicStore } from "../cache-store.ts";

/** What a store can do. Names of your own pass through. */
export type CacheCapabilities = Readonly<Record<string, boolean>>;

/** What a store is, and how processes go about it together. */
export interface CacheStrategy {
  readonly storeClass: string;
  readonly capabilities: CacheCapabilities;
  readonly mode: CoordinationStrategy;
}

/** A class of stores may say what it can do; a class that extends it says nothing by that. */
export interface DeclaringStoreClass {
  readonly cacheCapabilities?: CacheCapabilities;
}

/** Looks at a store and says more of what it can do. */
export type CacheDetector = (store: CacheStore) => CacheCapabilities;

const DEFAULTS: CacheCapabilities = {
  distributed: false,
  atomic_increment: false,
  locking: false,
  ttl_inspection: false,
  namespace_support: false,
  compression_support: false,
  key_transformation: true,
};

const SHARED: CacheCapabilities = { distributed: true, atomic_increment: true, locking: true, ttl_inspection: true };

/** Stores that are known by the names of their classes. */
const KNOWN: Readonly<Record<string, CacheCapabilities>> = {
  RedisCacheStore: SHARED,
  PostgresCacheStore: SHARED,
  MemoryCacheStore: { distributed: false, atomic_increment: false, locking: false, ttl_inspection: false },
};

/** What finds out what stores can do, with detectors of your own. */
export class CacheDetection {
  readonly #detectors: { readonly pattern: RegExp | string; readonly detect: CacheDetector }[] = [];
  readonly #found = new WeakMap<CacheStore, CacheStrategy>();
  readonly #warn: (message: string, error: unknown) => void;
  #generation = 0;
  readonly #generations = new WeakMap<CacheStore, number>();

  /** @param warn told what detectors threw. Default: nobody */
  constructor(warn: (message: string, error: unknown) => void = () => undefined) {
    this.#warn = warn;
  }

  /** Adds a detector for stores whose class's name matches, or contains the text. Later ones win. */
  register(pattern: RegExp | string, detect: CacheDetector): void {
    this.#detectors.push({ pattern, detect });
    this.#generation += 1;
  }

  /** Forgets all detectors. */
  clear(): void {
    this.#detectors.length = 0;
    this.#generation += 1;
  }

  /**
   * What a store can do, as its class declares, detectors find, its class is known for, or its methods and options show; the
   * first that says something about a capability counts.
   */
  detect(store: CacheStore): CacheStrategy {
    const known = this.#found.get(store);
    if (known !== undefined && this.#generations.get(store) === this.#generation) return known;
    const storeClass = store.constructor.name || "Unknown";
    const capabilities = {
      ...DEFAULTS,
      ...inspect(store),
      ...KNOWN[storeClass],
      ...this.#askDetectors(storeClass, store),
      ...declaredBy(store.constructor),
    };
    const strategy = { storeClass, capabilities, mode: modeOf(capabilities, store) };
    this.#found.set(store, strategy);
    this.#generations.set(store, this.#generation);
    return strategy;
  }

  #askDetectors(storeClass: string, store: CacheStore): CacheCapabilities {
    const found: Record<string, boolean> = {};
    for (const { pattern, detect } of this.#detectors) {
      const matches = typeof pattern === "string" ? storeClass.includes(pattern) : storeClass.search(pattern) !== -1;
      if (!matches) continue;
      try {
        Object.assign(found, detect(store));
      } catch (error) {
        this.#warn(`a detector of cache capabilities for ${storeClass} failed`, error);
      }
    }
    return found;
  }
}

function declaredBy(storeClass: object): CacheCapabilities {
  return Object.hasOwn(storeClass, "cacheCapabilities") && declares(storeClass) ? storeClass.cacheCapabilities : {};
}

function declares(storeClass: object): storeClass is Required<DeclaringStoreClass> {
  return "cacheCapabilities" in storeClass && typeof storeClass.cacheCapabilities === "object";
}

function inspect(store: CacheStore): CacheCapabilities {
  const options: unknown = "options" in store ? store.options : null;
  const has = (key: string) => typeof options === "object" && options !== null && key in options;
  const shared: CacheCapabilities = isAtomicStore(store) ? { atomic_increment: true, locking: true } : {};
  return { ...shared, namespace_support: has("namespace"), compression_support: has("compress") };
}

/** A store that says it is atomic and has no such operations is used as one that is only shared. */
function modeOf(capabilities: CacheCapabilities, store: CacheStore): CoordinationStrategy {
  const { distributed, atomic_increment, locking } = capabilities;
  if (distributed !== true) return "local_only";
  return atomic_increment === true && locking === true && isAtomicStore(store)
    ? "distributed_atomic"
    : "distributed_basic";
}
