import { type Clock, elapsedOf } from "../../clock/clock.ts";
import { CircuitOpenError, PermanentError, RetryableError, StepInterruptedError } from "../../errors/index.ts";
import {
  admit,
  type Circuit,
  type CircuitPolicy,
  DEFAULT_CIRCUIT,
  judge,
  type Verdict,
} from "../../retry/circuit-breaker.ts";
import { type CircuitKey, type CircuitStore, circuitId, NOT_STORED, type StoredCircuit } from "./circuit-store.ts";

/** A circuit with its rules, as handlers name it. */
export interface CircuitSettings extends Partial<CircuitPolicy> {
  /** Circuits of different namespaces are different ones. Default: `default`. */
  readonly namespace?: string;
  /** 1 to 255 characters. */
  readonly name: string;
}

/** Circuit breakers for handlers. */
export interface Circuits {
  /**
   * Does the work, unless the circuit is open. A failure counts unless it is a `PermanentError`, or a `RetryableError` with
   * `countsAsOutage: false`.
   * @throws CircuitOpenError if the circuit is open; a step that lets it through waits for the next probe and keeps its attempt
   */
  run<T>(settings: CircuitSettings, work: () => T | Promise<T>): Promise<T>;
}

/** A circuit with its rules, filled in. */
export interface Guard {
  readonly key: CircuitKey;
  readonly policy: CircuitPolicy;
  /** Seconds after which a probe counts as lost. */
  readonly probeSeconds: number;
}

/** The right of one execution to go through a circuit, to be given back with what became of it. */
export interface Passage {
  readonly guard: Guard;
  /** Null: it went through a closed circuit. */
  readonly probeId: string | null;
}

/** What a board needs. */
export interface BoardParts {
  readonly store: CircuitStore;
  readonly clock: Clock;
  /** How old what is known of a circuit may be, in milliseconds. */
  readonly maxAgeMs: number;
  /** Told what could not be read or written. The circuit is then passed over: it must not stop what it should protect. */
  onTrouble(error: unknown): void;
  /** Told when a circuit that was not closed has closed. */
  onClosed(key: CircuitKey): void;
  /** Told when this process has moved a circuit into another state, after that is stored. */
  onMoved(key: CircuitKey, to: Circuit["state"]): void;
}

interface Entry {
  readonly key: CircuitKey;
  stored: StoredCircuit;
  /** When it was read or written, by the elapsed time of the clock; null: never. */
  readAt: number | null;
  /** What came out of executions and is not judged yet. */
  readonly outcomes: { readonly passage: Passage; readonly verdict: Verdict; readonly at: number }[];
  /** The change under way; changes of a circuit come one after the other. */
  turn: Promise<void>;
}

/**
 * What a process knows of the circuits that its steps go through. A closed circuit costs a look at the store when what is
 * known is too old, shared by all executions of that time, and nothing for a success. Failures, probes and changes of the
 * state are written at once, by compare-and-set, so that all processes count together.
 */
export class CircuitBoard implements Circuits {
  readonly #parts: BoardParts;
  readonly #entries = new Map<string, Entry>();
  readonly #writes = new Set<Promise<void>>();
  #reading: Promise<void> | null = null;

  constructor(parts: BoardParts) {
    this.#parts = parts;
  }

  async run<T>(settings: CircuitSettings, work: () => T | Promise<T>): Promise<T> {
    const guard = toGuard(settings);
    const passage = await this.enter(guard, crypto.randomUUID());
    try {
      const result = await work();
      this.leave(passage, "worked");
      return result;
    } catch (error) {
      this.leave(passage, verdictOf(error));
      throw error;
    }
  }

  /**
   * Lets an execution through.
   * @param probeId unique to the execution
   * @throws CircuitOpenError if the circuit is open
   */
  async enter(guard: Guard, probeId: string): Promise<Passage> {
    const { clock } = this.#parts;
    const entry = this.#entryOf(guard.key);
    try {
      await this.#refresh(entry);
      if (entry.stored.circuit.state === "closed") return { guard, probeId: null };
      const now = clock.now();
      const probe = { id: probeId, expiresAt: now + guard.probeSeconds * 1_000 };
      const admission = await this.#change(entry, (circuit) => {
        const admitted = admit(circuit, guard.policy, probe, clock.now());
        return { circuit: admitted.circuit, result: admitted.admission };
      });
      if (admission.kind !== "refused") return { guard, probeId: admission.kind === "probe" ? probeId : null };
      throw new CircuitOpenError(guard.key, admission.retryAt);
    } catch (error) {
      if (error instanceof CircuitOpenError) throw error;
      this.#parts.onTrouble(error);
      return { guard, probeId: null };
    }
  }

  /**
   * Takes what became of an execution that another process may have let through, of which only the id is known here.
   * @param probeId by which it was let through
   */
  leaveAs(guard: Guard, probeId: string, verdict: Verdict): void {
    this.#track(this.#leaveAs(guard, probeId, verdict));
  }

  /** Takes what became of an execution. What has to be written is written soon; see {@link written}. */
  leave(passage: Passage, verdict: Verdict): void {
    if (passage.probeId === null && verdict !== "failed") return;
    const entry = this.#entryOf(passage.guard.key);
    entry.outcomes.push({ passage, verdict, at: this.#parts.clock.now() });
    this.#track(this.#judgeAll(entry));
  }

  /** Resolves when everything that executions came to is written. */
  async written(): Promise<void> {
    while (this.#writes.size > 0) await Promise.all(this.#writes);
  }

  #track(work: Promise<void>): void {
    const write = work
      .catch((error: unknown) => this.#parts.onTrouble(error))
      .finally(() => this.#writes.delete(write));
    this.#writes.add(write);
  }

  async #leaveAs(guard: Guard, probeId: string, verdict: Verdict): Promise<void> {
    const entry = this.#entryOf(guard.key);
    await this.#refresh(entry);
    // Whether it is a probe is in the database; a circuit that was closed a moment ago has none.
    if (entry.stored.circuit.state !== "closed") await this.#read([entry]);
    const { circuit } = entry.stored;
    const isProbe = circuit.state === "half_open" && circuit.probes.some(({ id }) => id === probeId);
    this.leave({ guard, probeId: isProbe ? probeId : null }, verdict);
  }

  async #judgeAll(entry: Entry): Promise<void> {
    await this.#change(entry, (circuit, taken) => {
      // Those that came meanwhile are judged with the others; what a refused write had taken is judged again.
      taken.push(...entry.outcomes.splice(0));
      const judged = taken.reduce(
        (current, { passage, verdict, at }) => judge(current, passage.guard.policy, passage.probeId, verdict, at),
        circuit,
      );
      return { circuit: judged, result: undefined };
    });
  }

  /** Changes a circuit by compare-and-set, after the changes that are under way here. */
  #change<T>(
    entry: Entry,
    decide: (circuit: Circuit, taken: Entry["outcomes"]) => { readonly circuit: Circuit; readonly result: T },
  ): Promise<T> {
    const change = entry.turn.then(async () => {
      const taken: Entry["outcomes"] = [];
      for (;;) {
        const { circuit: before, version } = entry.stored;
        const { circuit, result } = decide(before, taken);
        if (circuit === before) return result;
        const next = await this.#parts.store.write(entry.key, circuit, version);
        if (next !== null) {
          this.#take(entry, { circuit, version: next });
          if (circuit.state !== before.state) this.#parts.onMoved(entry.key, circuit.state);
          return result;
        }
        await this.#read([entry]);
      }
    });
    entry.turn = change.then(
      () => undefined,
      () => undefined,
    );
    return change;
  }

  /** Reads all circuits again if what is known of this one is too old. Those who come meanwhile wait for the same look. */
  async #refresh(entry: Entry): Promise<void> {
    const { clock, maxAgeMs } = this.#parts;
    const isFresh = () => entry.readAt !== null && elapsedOf(clock) - entry.readAt < maxAgeMs;
    while (!isFresh()) {
      this.#reading ??= this.#read([...this.#entries.values()]).finally(() => {
        this.#reading = null;
      });
      await this.#reading;
      // With a clock that stands still a look is never too old; with one that runs it may be by now: once is enough.
      if (entry.readAt !== null) return;
    }
  }

  async #read(entries: readonly Entry[]): Promise<void> {
    const stored = await this.#parts.store.read(entries.map(({ key }) => key));
    for (const [place, entry] of entries.entries()) {
      const read = stored[place] ?? NOT_STORED;
      // A write of this process may have overtaken the look. One that is gone was closed by an operator.
      if (read.version >= entry.stored.version || read.version === 0) this.#take(entry, read);
    }
  }

  #take(entry: Entry, stored: StoredCircuit): void {
    const wasClosed = entry.stored.circuit.state === "closed";
    entry.stored = stored;
    entry.readAt = elapsedOf(this.#parts.clock);
    if (!wasClosed && stored.circuit.state === "closed") this.#parts.onClosed(entry.key);
  }

  #entryOf(key: CircuitKey): Entry {
    const id = circuitId(key);
    const known = this.#entries.get(id);
    if (known !== undefined) return known;
    const entry: Entry = { key, stored: NOT_STORED, readAt: null, outcomes: [], turn: Promise.resolve() };
    this.#entries.set(id, entry);
    return entry;
  }
}

/** What a failure says about the other side. */
function verdictOf(error: unknown): Verdict {
  if (error instanceof PermanentError || error instanceof StepInterruptedError || error instanceof CircuitOpenError) {
    return "unknown";
  }
  return error instanceof RetryableError && !error.countsAsOutage ? "unknown" : "failed";
}

function toGuard({ namespace = "default", name, ...policy }: CircuitSettings): Guard {
  const whole = {
    failures: policy.failures ?? DEFAULT_CIRCUIT.failures,
    windowSeconds: policy.windowSeconds ?? DEFAULT_CIRCUIT.windowSeconds,
    openSeconds: policy.openSeconds ?? DEFAULT_CIRCUIT.openSeconds,
    probes: policy.probes ?? DEFAULT_CIRCUIT.probes,
  };
  return { key: { namespace, name }, policy: whole, probeSeconds: Math.max(whole.openSeconds, 1) };
}
