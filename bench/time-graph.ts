// The sources, not the built package: it does not export these, and what runs is the same code without the types.
import { computeReady, ReadinessCounters } from "../packages/tasker/src/graph/readiness.ts";
import type { StepGraph } from "../packages/tasker/src/graph/step-graph.ts";
import { findRoots } from "../packages/tasker/src/graph/topology.ts";
import type { Sizes } from "./sizes.ts";
import { median } from "./statistics.ts";

/** Completions in one sample at least, so that small graphs are measurable. */
const COMPLETIONS_PER_SAMPLE = 20_000;

/** By step: 1 for the first half of a graph, which is what is satisfied when readiness is computed from nothing. */
export function firstHalf(graph: StepGraph): Uint8Array {
  return new Uint8Array(graph.size).fill(1, 0, graph.size >> 1);
}

/** Time of one recompute in microseconds, with the first half of the steps satisfied. */
export function measureRecompute(graph: StepGraph, sizes: Sizes): number {
  const satisfied = firstHalf(graph);
  const candidate = satisfied.map((mark) => 1 - mark);
  checkAgreement(graph, satisfied, candidate);
  return medianCallUs(() => computeReady(graph, satisfied, candidate), sizes);
}

function checkAgreement(graph: StepGraph, satisfied: Uint8Array, candidate: Uint8Array): void {
  const counters = new ReadinessCounters(graph, satisfied);
  const ready = new Set(computeReady(graph, satisfied, candidate));
  for (let step = 0; step < graph.size; step++) {
    if (ready.has(step) !== counters.isReady(step)) {
      throw new Error(`step ${step} is ${ready.has(step) ? "" : "not "}ready, and the counters say otherwise`);
    }
  }
}

/** Time of one completion in nanoseconds: whole graphs are run through, step after step. */
export function measureCompletion(graph: StepGraph, sizes: Sizes): number {
  const none = new Uint8Array(graph.size);
  const graphs = Math.ceil(COMPLETIONS_PER_SAMPLE / graph.size);
  const released = graphs * (graph.size - findRoots(graph).length);
  const samplesNs = Array.from({ length: sizes.samples }, () => {
    const counters = Array.from({ length: graphs }, () => new ReadinessCounters(graph, none));
    let ready = 0;
    const countReady = () => {
      ready++;
    };
    const startedAt = performance.now();
    for (const counter of counters) {
      for (let step = 0; step < graph.size; step++) counter.satisfy(step, countReady);
    }
    const elapsedMs = performance.now() - startedAt;
    if (ready !== released) throw new Error(`${ready} steps became ready, expected ${released}`);
    return (elapsedMs * 1e6) / (graphs * graph.size);
  });
  return median(samplesNs);
}

/** Median time of one call in microseconds, after a warm-up as long as all samples together. */
export function medianCallUs(call: () => Int32Array, sizes: Sizes): number {
  for (let elapsedMs = 0; elapsedMs < sizes.samples * sizes.sampleMs; ) elapsedMs += timeCallsMs(call, 1);
  let calls = 1;
  while (timeCallsMs(call, calls) < sizes.sampleMs) calls *= 2;
  return median(Array.from({ length: sizes.samples }, () => (timeCallsMs(call, calls) * 1_000) / calls));
}

function timeCallsMs(call: () => Int32Array, calls: number): number {
  let entries = 0;
  const startedAt = performance.now();
  for (let number = 0; number < calls; number++) entries += call().length;
  const elapsedMs = performance.now() - startedAt;
  // Reading what the calls gave keeps the compiler from leaving them out.
  if (entries === 0) throw new Error("a graph gave no answer");
  return elapsedMs;
}
