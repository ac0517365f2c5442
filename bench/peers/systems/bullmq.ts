import type { Shape } from "../../shapes.ts";
import type { Peer, PeerSession, PeerSetting, StepResult } from "../peer.ts";

/** What is used of the packages. */
interface BullModule {
  readonly Queue: new (
    name: string,
    options: Connected,
  ) => {
    addBulk(jobs: readonly { readonly name: string; readonly data: object }[]): Promise<unknown>;
    getCompletedCount(): Promise<number>;
    close(): Promise<void>;
  };
  readonly FlowProducer: new (
    options: Connected,
  ) => {
    addBulk(flows: readonly FlowJob[]): Promise<unknown>;
    close(): Promise<void>;
  };
  readonly Worker: new (
    name: string,
    run: (job: { readonly name: string }) => Promise<StepResult>,
    options: Connected & { readonly concurrency: number },
  ) => {
    on(event: "completed", listener: () => void): void;
    waitUntilReady(): Promise<unknown>;
    close(force: boolean): Promise<void>;
  };
}

interface RedisModule {
  readonly Redis: new (url: string, options: object) => RedisConnection;
}

interface RedisConnection {
  disconnect(): void;
}

interface Connected {
  readonly connection: RedisConnection;
}

interface FlowJob {
  readonly name: string;
  readonly queueName: string;
  readonly data: object;
  readonly children: readonly FlowJob[];
}

const QUEUE = "bench";

const COMMON = {
  packages: ["bullmq", "ioredis"],
  keeps: "jobs in Redis",
  record: "job of each step, its result, in Redis",
  open: openBull,
} as const;

/** BullMQ on a Redis that waits for the disk once a second: what was acknowledged in the last second can be lost. */
export const bullmqEverysec: Peer = {
  ...COMMON,
  name: "bullmq-everysec",
  redis: "everysec",
  settings: "flows, worker concurrency 100, addBulk, appendfsync everysec",
};

/** BullMQ on a Redis that waits for the disk before it answers. */
export const bullmqAlways: Peer = {
  ...COMMON,
  name: "bullmq-always",
  redis: "always",
  settings: "flows, worker concurrency 100, addBulk, appendfsync always",
};

async function openBull({ url, shape, step, load }: PeerSetting): Promise<PeerSession> {
  const { FlowProducer, Queue, Worker } = (await load("bullmq")) as BullModule;
  const { Redis } = (await load("ioredis")) as RedisModule;
  const connections: RedisConnection[] = [];
  const connect = (): Connected => {
    const connection = new Redis(url, { maxRetriesPerRequest: null });
    connections.push(connection);
    return { connection };
  };
  const queue = new Queue(QUEUE, connect());
  const producer = new FlowProducer(connect());
  const { flow, followUp } = flowsOf(shape);
  const run = async ({ name }: { readonly name: string }) => {
    const result = step(name);
    // A flow is a tree: the first step of a fan has many parents in it, so it starts the flow of the others.
    if (followUp !== null && name === shape.steps[0]?.name) await producer.addBulk([followUp]);
    return result;
  };
  const worker = new Worker(QUEUE, run, { ...connect(), concurrency: 100 });
  let completed = 0;
  let awaited: { readonly steps: number; readonly resolve: () => void } | null = null;
  worker.on("completed", () => {
    completed += 1;
    if (completed === awaited?.steps) awaited.resolve();
  });
  await worker.waitUntilReady();
  return {
    async run(tasks) {
      const steps = completed + tasks * shape.steps.length;
      const all = new Promise<void>((resolve) => {
        awaited = { steps, resolve };
      });
      if (flow.children.length === 0) await queue.addBulk(Array.from({ length: tasks }, () => flow));
      else await producer.addBulk(Array.from({ length: tasks }, () => flow));
      await all;
    },
    async verify(tasks) {
      const found = await queue.getCompletedCount();
      const expected = tasks * shape.steps.length;
      if (found !== expected) throw new Error(`Redis has ${found} completed jobs, expected ${expected}`);
    },
    async close() {
      await worker.close(true);
      for (const connection of connections) connection.disconnect();
    },
  };
}

/** A chain as one flow; a fan as a job and the flow that follows it. In a flow the last step is the root. */
function flowsOf({ steps }: Shape): { readonly flow: FlowJob; readonly followUp: FlowJob | null } {
  const jobOf = (name: string, children: readonly FlowJob[]): FlowJob => ({
    name,
    queueName: QUEUE,
    data: {},
    children,
  });
  const last = steps.at(-1);
  if (last === undefined || last.dependsOn.length < 2) {
    const chain = steps.reduce<readonly FlowJob[]>((children, { name }) => [jobOf(name, children)], []);
    return { flow: chain[0] ?? jobOf("", []), followUp: null };
  }
  const followUp = jobOf(
    last.name,
    last.dependsOn.map((name) => jobOf(name, [])),
  );
  return { flow: jobOf(steps[0]?.name ?? "", []), followUp };
}
