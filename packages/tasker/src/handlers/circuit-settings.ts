import type { CircuitPolicy } from "../retry/circuit-breaker.ts";
import { type LimitSettings, limitSettingsToDocument } from "./limit-settings.ts";

/** The circuit breaker of a step, in TypeScript. What is left out has its default. */
export interface StepCircuitSettings extends Partial<CircuitPolicy> {
  /**
   * Shared by all steps of the namespace that name it, 1 to 255 characters. Default: the step's external system, or else a
   * circuit of the step's own.
   */
  readonly name?: string;
}

/** The settings in the keys of YAML. */
export function circuitSettingsToDocument(settings: StepCircuitSettings | undefined): unknown {
  if (settings === undefined) return undefined;
  const { name, failures, windowSeconds, openSeconds, probes } = settings;
  return { name, failures, window_seconds: windowSeconds, open_seconds: openSeconds, probes };
}

/** What holds for all steps that talk to an external system, in TypeScript. */
export interface SystemSettings extends LimitSettings {
  /** Lets nothing through for a while after failures. Default: none. */
  readonly circuitBreaker?: Partial<CircuitPolicy>;
}

/** Settings of external systems in the keys of YAML. */
export function systemSettingsToDocuments(systems: Readonly<Record<string, SystemSettings>> | undefined): unknown {
  if (systems === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(systems).map(([name, { circuitBreaker, ...limit }]) => [
      name,
      { ...limitSettingsToDocument(limit), circuit_breaker: circuitSettingsToDocument(circuitBreaker) },
    ]),
  );
}
