import { type Circuit, NEW_CIRCUIT } from "../../retry/circuit-breaker.ts";

/** Which circuit is meant. */
export interface CircuitKey {
  readonly namespace: string;
  readonly name: string;
}

/** A circuit as it is stored. */
export interface StoredCircuit {
  readonly circuit: Circuit;
  /** Raised by each change; 0: there is none yet. */
  readonly version: number;
}

/** A circuit that nobody has stored. */
export const NOT_STORED: StoredCircuit = { circuit: NEW_CIRCUIT, version: 0 };

/** Where circuits are kept. */
export interface CircuitStore {
  /** The circuits with these keys, in their order. */
  read(keys: readonly CircuitKey[]): Promise<readonly StoredCircuit[]>;
  /**
   * Stores a circuit if it is still the one of that version.
   * @returns the new version; null if somebody else has changed it
   */
  write(key: CircuitKey, circuit: Circuit, version: number): Promise<number | null>;
}

/** Circuits of this process alone, for handlers that are executed without an engine. */
export class MemoryCircuits implements CircuitStore {
  readonly #circuits = new Map<string, StoredCircuit>();

  async read(keys: readonly CircuitKey[]): Promise<readonly StoredCircuit[]> {
    return keys.map((key) => this.#circuits.get(circuitId(key)) ?? NOT_STORED);
  }

  async write(key: CircuitKey, circuit: Circuit, version: number): Promise<number | null> {
    const id = circuitId(key);
    if ((this.#circuits.get(id) ?? NOT_STORED).version !== version) return null;
    this.#circuits.set(id, { circuit, version: version + 1 });
    return version + 1;
  }
}

/** One text for a key. */
export function circuitId({ namespace, name }: CircuitKey): string {
  return JSON.stringify([namespace, name]);
}
