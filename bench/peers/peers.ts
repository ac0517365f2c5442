import type { Peer } from "./peer.ts";
import type { PeerName } from "./peer-names.ts";
import { absurd } from "./systems/absurd.ts";
import { bullmqAlways, bullmqEverysec } from "./systems/bullmq.ts";
import { dbosDirect, dbosEnqueued } from "./systems/dbos.ts";
import { graphileWorker } from "./systems/graphile-worker.ts";
import { openworkflow } from "./systems/openworkflow.ts";
import { pgBossChain, pgBossFlow } from "./systems/pg-boss.ts";
import { pgflow } from "./systems/pgflow.ts";
import { tasker } from "./systems/tasker.ts";

/** Every system. Their packages are imported when they are opened. */
export const PEERS: Readonly<Record<PeerName, Peer>> = {
  tasker,
  openworkflow,
  "dbos-direct": dbosDirect,
  "dbos-enqueued": dbosEnqueued,
  absurd,
  pgflow,
  "pg-boss-flow": pgBossFlow,
  "pg-boss-chain": pgBossChain,
  "graphile-worker": graphileWorker,
  "bullmq-everysec": bullmqEverysec,
  "bullmq-always": bullmqAlways,
};
