import { setTimeout as sleep } from "node:timers/promises";
import { Client, ROUTES } from "tasker/client";
import { z } from "zod";

/** What the process of a worker is told. */
export const RemoteOrder = z.strictObject({ url: z.string(), slots: z.int(), workMs: z.number(), handler: z.string() });
export type RemoteOrder = z.infer<typeof RemoteOrder>;

/** Longest wait of a poll, in milliseconds. */
const WAIT_MS = 1_000;

// A worker that speaks the worker protocol over HTTP, as one in another language does; see workloads/remote.ts.
process.once("message", (message) => {
  void work(RemoteOrder.parse(message));
});

/** Holds up to twice as many steps as it has slots, so that none waits for a poll, and reports what ends meanwhile at once. */
async function work({ url, slots, workMs, handler }: RemoteOrder): Promise<void> {
  const client = new Client({ baseUrl: url });
  const body = { handlers: [handler], language: "node", version: "1" };
  const { worker_id } = await client.call(ROUTES.registerWorker, { body });
  const line: string[] = [];
  const ended: string[] = [];
  let running = 0;
  let reporting: Promise<void> | null = null;
  let isStopping = false;
  process.once("message", () => {
    isStopping = true;
  });
  const report = async () => {
    while (ended.length > 0) {
      const items = ended.splice(0).map((execution_id) => ({ execution_id, results: { ok: true } }));
      await client.call(ROUTES.completeSteps, { body: { worker_id, items } });
    }
    reporting = null;
  };
  const next = () => {
    for (; running < slots && line.length > 0; running++) void run(line.shift() ?? "");
  };
  const run = async (executionId: string) => {
    await sleep(workMs);
    running -= 1;
    ended.push(executionId);
    reporting ??= report();
    next();
  };
  process.send?.("ready");
  for (let nonce = 0; !isStopping; nonce++) {
    const capacity = 2 * slots - running - line.length;
    if (capacity <= 0) {
      await sleep(1);
      continue;
    }
    const poll = { worker_id, nonce: String(nonce), capacity, wait_ms: WAIT_MS };
    const { steps } = await client.call(ROUTES.pollSteps, { body: poll });
    line.push(...steps.map(({ execution_id }) => execution_id));
    next();
  }
  await reporting;
  await client.call(ROUTES.deregisterWorker, { body: { worker_id } });
  process.disconnect();
}
