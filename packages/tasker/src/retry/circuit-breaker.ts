/** When a circuit breaker opens and closes. */
export interface CircuitPolicy {
  /** Failures within the window that open the circuit, 1 or more. */
  readonly failures: number;
  /** Seconds in which failures are counted together. */
  readonly windowSeconds: number;
  /** Seconds for which an open circuit lets nothing through. */
  readonly openSeconds: number;
  /** Executions that an open circuit then lets through to try; so many successes close it. 1 or more. */
  readonly probes: number;
}

/** Five failures within a minute open the circuit for half a minute; one success closes it. */
export const DEFAULT_CIRCUIT: CircuitPolicy = { failures: 5, windowSeconds: 60, openSeconds: 30, probes: 1 };

/** An execution that finds out whether the other side works again. Times are milliseconds since the epoch. */
export interface Probe {
  readonly id: string;
  /** When it counts as lost, so that another one may take its place. */
  readonly expiresAt: number;
}

/** A circuit. Times are milliseconds since the epoch. */
export type Circuit =
  /** Everything goes through. `failureTimes` are those of the window, oldest first. */
  | { readonly state: "closed"; readonly since: number; readonly failureTimes: readonly number[] }
  /** Nothing goes through until `until`. */
  | { readonly state: "open"; readonly since: number; readonly until: number }
  /** Probes go through. */
  | {
      readonly state: "half_open";
      readonly since: number;
      readonly probes: readonly Probe[];
      readonly successes: number;
    };

/** A circuit of which nothing is known. */
export const NEW_CIRCUIT: Circuit = { state: "closed", since: 0, failureTimes: [] };

/** Whether an execution may go through. `retryAt`: when to ask again, milliseconds since the epoch. */
export type Admission =
  | { readonly kind: "free" }
  | { readonly kind: "probe" }
  | { readonly kind: "refused"; readonly retryAt: number };

/** A circuit after a question, and the answer. Nothing has changed if it is the same object. */
export interface Admitted {
  readonly circuit: Circuit;
  readonly admission: Admission;
}

const FREE: Admission = { kind: "free" };
const PROBE: Admission = { kind: "probe" };

/**
 * Asks whether an execution may go through. An open circuit whose time has passed becomes half open with the asking
 * execution as its first probe. One that is a probe already stays one.
 */
export function admit(circuit: Circuit, policy: CircuitPolicy, probe: Probe, nowMs: number): Admitted {
  if (circuit.state === "closed") return { circuit, admission: FREE };
  if (circuit.state === "open") {
    if (nowMs < circuit.until) return { circuit, admission: { kind: "refused", retryAt: circuit.until } };
    return { circuit: { state: "half_open", since: nowMs, probes: [probe], successes: 0 }, admission: PROBE };
  }
  // Asked once more, as after an answer that was lost.
  if (circuit.probes.some(({ id }) => id === probe.id)) return { circuit, admission: PROBE };
  const running = circuit.probes.filter(({ expiresAt }) => expiresAt > nowMs);
  if (running.length + circuit.successes >= policy.probes) {
    return { circuit, admission: { kind: "refused", retryAt: nowMs + policy.openSeconds * 1_000 } };
  }
  return { circuit: { ...circuit, probes: [...running, probe] }, admission: PROBE };
}

/** What became of an execution that was let through. `unknown`: it says nothing about the other side. */
export type Verdict = "worked" | "failed" | "unknown";

/**
 * Takes what became of an execution. Of a closed circuit only failures count, of a half-open one only its probes, and of an
 * open one nothing: what comes late was started under another state.
 * @param probeId null for an execution that went through freely
 */
export function judge(
  circuit: Circuit,
  policy: CircuitPolicy,
  probeId: string | null,
  verdict: Verdict,
  nowMs: number,
): Circuit {
  if (circuit.state === "closed") {
    return verdict === "failed" && probeId === null
      ? countFailure(circuit.failureTimes, circuit.since, policy, nowMs)
      : circuit;
  }
  if (circuit.state === "open" || !circuit.probes.some(({ id }) => id === probeId)) return circuit;
  if (verdict === "failed") return open(policy, nowMs);
  const probes = circuit.probes.filter(({ id }) => id !== probeId);
  const successes = circuit.successes + (verdict === "worked" ? 1 : 0);
  if (successes >= policy.probes) return { state: "closed", since: nowMs, failureTimes: [] };
  return { ...circuit, probes, successes };
}

function countFailure(times: readonly number[], since: number, policy: CircuitPolicy, nowMs: number): Circuit {
  const windowStart = nowMs - policy.windowSeconds * 1_000;
  const failureTimes = [...times.filter((time) => time > windowStart), nowMs];
  return failureTimes.length >= policy.failures ? open(policy, nowMs) : { state: "closed", since, failureTimes };
}

function open(policy: CircuitPolicy, nowMs: number): Circuit {
  return { state: "open", since: nowMs, until: nowMs + policy.openSeconds * 1_000 };
}
