import { z } from "zod";
import type { JsonObject } from "../json/json-value.ts";
import { type CircuitPolicy, DEFAULT_CIRCUIT } from "../retry/circuit-breaker.ts";

/** Longest name of a circuit, in characters. */
export const CIRCUIT_NAME_LENGTH = 255;
/** Most failures and probes of a circuit. */
const MOST = 1_000;
/** Longest times of a circuit: a day. */
const LONGEST_SECONDS = 86_400;

const rules = {
  failures: z.int().min(1).max(MOST).nullish(),
  window_seconds: z.number().positive().max(LONGEST_SECONDS).nullish(),
  open_seconds: z.number().positive().max(LONGEST_SECONDS).nullish(),
  probes: z.int().min(1).max(MOST).nullish(),
};

/** `circuit_breaker` of an external system. Without keys: five failures in 60 seconds, 30 seconds open, one probe. */
export const CircuitDocument = z.strictObject(rules);

/** `circuit_breaker` of a step. */
export const StepCircuitDocument = z.strictObject({
  name: z.string().min(1).max(CIRCUIT_NAME_LENGTH).nullish(),
  ...rules,
});

/** A circuit that a step goes through. */
export interface StepCircuit {
  /** Shared by all steps of the namespace that name it. */
  readonly name: string;
  readonly policy: CircuitPolicy;
}

/** The circuit that a document means. */
export function circuitOf(name: string, document: z.infer<typeof CircuitDocument>): StepCircuit {
  return Object.freeze({
    name,
    policy: Object.freeze({
      failures: document.failures ?? DEFAULT_CIRCUIT.failures,
      windowSeconds: document.window_seconds ?? DEFAULT_CIRCUIT.windowSeconds,
      openSeconds: document.open_seconds ?? DEFAULT_CIRCUIT.openSeconds,
      probes: document.probes ?? DEFAULT_CIRCUIT.probes,
    }),
  });
}

/** A circuit in the keys of YAML; null if there is none. */
export function circuitToDocument(circuit: StepCircuit | null): JsonObject | null {
  if (circuit === null) return null;
  const { failures, windowSeconds, openSeconds, probes } = circuit.policy;
  return { name: circuit.name, failures, window_seconds: windowSeconds, open_seconds: openSeconds, probes };
}
