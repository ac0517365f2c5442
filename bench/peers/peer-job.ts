import { z } from "zod";
import { PEER_NAMES } from "./peer-names.ts";
import { PeerSizes, WORKLOADS } from "./workloads.ts";

/** One run of one system. */
export const PeerJob = z.strictObject({
  peer: z.enum(PEER_NAMES),
  workload: z.enum(WORKLOADS),
  /** An empty database or Redis for this run alone. */
  url: z.string(),
  /** Process id of the server, if it was started for benchmarks alone. */
  serverPid: z.int().nullable(),
  /** Directory in which the system's packages are installed. */
  directory: z.string(),
  sizes: PeerSizes,
});
export type PeerJob = z.infer<typeof PeerJob>;
