import type { Peer } from "../peer.ts";

/** Ours. */
export const tasker: Peer = {
  name: "tasker",
  packages: [],
  keeps: "each step in PostgreSQL",
  record: "step, edges, result, every transition",
  settings: "concurrency 500, maxTasks 10,000",
  // Loaded here, so that the memory of the other systems is theirs alone.
  open: async (setting) => (await import("./open-tasker.ts")).openTasker(setting),
};
