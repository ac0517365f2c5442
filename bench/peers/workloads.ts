import { z } from "zod";
import { fan, linear, type Shape } from "../shapes.ts";

/** The loads of the comparison; docs/performance.md says what they are. */
export const WORKLOADS = ["W1", "W2", "W3", "W4"] as const;

export type Workload = (typeof WORKLOADS)[number];

export function isWorkload(name: string): name is Workload {
  return WORKLOADS.some((known) => known === name);
}

const count = z.int().min(1);

/** Tasks of each workload, and how many run before them. */
export const PeerSizes = z.strictObject({ W1: count, W2: count, W3: count, W4: count, warmup: count });
export type PeerSizes = z.infer<typeof PeerSizes>;

/** What the command measures. */
export const FULL_PEER_SIZES: PeerSizes = { W1: 500, W2: 200, W3: 10_000, W4: 100, warmup: 5 };

/** The graph of a workload's tasks. */
export function shapeOf(workload: Workload): Shape {
  if (workload === "W2") return fan(22);
  return linear(workload === "W3" ? 1 : 10);
}
