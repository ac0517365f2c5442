/** Every system of the comparison, in the order in which they take turns. Ours comes first. */
export const PEER_NAMES = [
  "tasker",
  "openworkflow",
  "dbos-direct",
  "dbos-enqueued",
  "absurd",
  "pgflow",
  "pg-boss-flow",
  "pg-boss-chain",
  "graphile-worker",
  "bullmq-everysec",
  "bullmq-always",
] as const;

export type PeerName = (typeof PEER_NAMES)[number];

export function isPeerName(name: string): name is PeerName {
  return PEER_NAMES.some((known) => known === name);
}
