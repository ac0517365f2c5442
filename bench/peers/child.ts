import { measurePeer } from "./measure-peer.ts";
import { PeerJob } from "./peer-job.ts";

// The process of one run. It ends by force: some systems keep timers or connections after they have been closed.
process.once("message", (message) => {
  void answer(message).then((reply) => {
    process.send?.(reply, () => process.exit(0));
  });
});

async function answer(message: unknown): Promise<object> {
  try {
    return { findings: await measurePeer(PeerJob.parse(message)) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
