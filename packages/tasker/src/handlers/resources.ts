import type { Clock } from "../clock/clock.ts";
import { NotRunningError } from "../errors/index.ts";
import { CircuitBoard, type Circuits } from "./circuits/circuit-board.ts";
import { MemoryCircuits } from "./circuits/circuit-store.ts";

/**
 * Something that all attempts in one engine share and that outlives them, such as a pool of connections. The object is its
 * identity: make it once, in the module of the handler that asks for it.
 */
export interface ResourceKind<T> {
  /** For messages. */
  readonly name: string;
  /** Called when a handler first asks for the resource. */
  open(): T;
  /** Called when the engine has stopped and no handler runs any more. */
  close(resource: T): void | Promise<void>;
}

/** What an engine lends to its handlers. */
export interface HandlerResources {
  /** The engine's clock. */
  readonly clock: Clock;
  /** A random number in [0, 1) from the engine's source. */
  random(): number;
  /** Circuit breakers, which the engines of a database share. */
  readonly circuits: Circuits;
  /**
   * The engine's resource of a kind: opened when it is first asked for, closed when the engine stops.
   * @throws NotRunningError after that
   */
  get<T>(kind: ResourceKind<T>): T;
}

/** The resources of one engine. */
export class SharedResources implements HandlerResources {
  readonly clock: Clock;
  readonly random: () => number;
  readonly circuits: Circuits;
  readonly #opened = new Map<ResourceKind<unknown>, { readonly resource: unknown; close(): void | Promise<void> }>();
  #closed = false;

  /** @param circuits default: circuits of these resources alone, in memory */
  constructor(clock: Clock, random: () => number, circuits: Circuits = openCircuits(clock)) {
    this.clock = clock;
    this.random = random;
    this.circuits = circuits;
  }

  get<T>(kind: ResourceKind<T>): T {
    const opened = this.#opened.get(kind);
    // What is kept under a kind is what its `open` gave.
    if (opened !== undefined) return opened.resource as T;
    if (this.#closed) throw new NotRunningError(`the engine has stopped: it has no ${kind.name} any more`);
    const resource = kind.open();
    this.#opened.set(kind, { resource, close: () => kind.close(resource) });
    return resource;
  }

  /** Closes everything. Nothing can be opened afterwards. @throws AggregateError with what could not be closed */
  async close(): Promise<void> {
    this.#closed = true;
    const opened = [...this.#opened.values()];
    this.#opened.clear();
    const closed = await Promise.allSettled(opened.map(async ({ close }) => close()));
    const failures = closed.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    if (failures.length > 0) throw new AggregateError(failures, "resources of handlers could not be closed");
  }
}

function openCircuits(clock: Clock): CircuitBoard {
  const store = new MemoryCircuits();
  return new CircuitBoard({ store, clock, maxAgeMs: 0, onTrouble: () => {}, onClosed: () => {}, onMoved: () => {} });
}
