import type { Shape } from "../../shapes.ts";
import { HandMadeGraph } from "../hand-made-graph.ts";
import type { Peer, PeerSession, PeerSetting } from "../peer.ts";
import { StoreQueries } from "../store-queries.ts";

/** What is used of the package. */
interface PgBossModule {
  readonly PgBoss: new (options: object) => Boss;
}

interface Boss {
  on(event: "error", listener: (error: Error) => void): void;
  start(): Promise<unknown>;
  stop(options: object): Promise<void>;
  createQueue(name: string, options: object): Promise<void>;
  insert(name: string, jobs: readonly { readonly data: JobData }[]): Promise<unknown>;
  flow(jobs: readonly FlowJob[]): Promise<unknown>;
  work(
    name: string,
    options: object,
    run: (jobs: readonly { readonly data: JobData }[]) => Promise<void>,
  ): Promise<unknown>;
}

interface JobData {
  readonly task: number;
  readonly name: string;
}

interface FlowJob {
  readonly ref: string;
  readonly name: string;
  readonly data: JobData;
  readonly dependsOn: readonly string[];
}

const QUEUE = "bench";

const COMPLETED = `select count(*) from pgboss.job where name = '${QUEUE}' and state = 'completed'`;

const PACKAGES = ["pg-boss"];

const WORK_OPTIONS = { batchSize: 100, localConcurrency: 2, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 };

/** pg-boss with its own dependencies between jobs. */
export const pgBossFlow: Peer = {
  name: "pg-boss-flow",
  packages: PACKAGES,
  keeps: "each step in PostgreSQL",
  record: "job of each step, dependencies; resolved once a second",
  settings:
    "flowIntervalSeconds 1 and polls every 0.5 s, the least it takes; 2 workers with batches of 100, burst while full",
  tasks: { W4: 2 },
  unable: { W3: "a flow has two jobs or more" },
  async open(setting) {
    // What the resolver makes ready is not notified.
    const { boss, session } = await openBoss(setting, { notify: false }, async () => undefined);
    let task = 0;
    return session(async (tasks) => {
      for (let place = 0; place < tasks; place++) await boss.flow(flowOf(setting.shape, task++));
    });
  },
};

/** pg-boss, where the handler of a job sends the jobs that follow. */
export const pgBossChain: Peer = {
  name: "pg-boss-chain",
  packages: PACKAGES,
  keeps: "jobs in PostgreSQL",
  record: "job of each step, not what it belongs to; joins counted in memory",
  settings: "LISTEN/NOTIFY, 2 workers with batches of 100, burst while full",
  async open(setting) {
    const graph = new HandMadeGraph(setting.shape);
    const { boss, session } = await openBoss(setting, { notify: true }, async (jobs) => {
      const next = jobs.flatMap(({ task, name }) => graph.next(task, name).map((child) => ({ task, name: child })));
      if (next.length > 0)
        await boss.insert(
          QUEUE,
          next.map((data) => ({ data })),
        );
    });
    let task = 0;
    return session(async (tasks) => {
      const jobs = Array.from({ length: tasks }, () => ({ data: { task: task++, name: graph.first } }));
      await boss.insert(QUEUE, jobs);
    });
  },
};

function flowOf(shape: Shape, task: number): FlowJob[] {
  return shape.steps.map(({ name, dependsOn }) => ({ ref: name, name: QUEUE, data: { task, name }, dependsOn }));
}

async function openBoss(
  { url, shape, step, entered, load }: PeerSetting,
  { notify }: { readonly notify: boolean },
  afterBatch: (jobs: readonly JobData[]) => Promise<void>,
): Promise<{ readonly boss: Boss; readonly session: (start: (tasks: number) => Promise<void>) => PeerSession }> {
  const { PgBoss } = (await load("pg-boss")) as PgBossModule;
  const boss = new PgBoss({ connectionString: url, useListenNotify: notify, flowIntervalSeconds: 1 });
  boss.on("error", (error) => console.error(error.message));
  await boss.start();
  await boss.createQueue(QUEUE, { notify });
  await boss.work(QUEUE, WORK_OPTIONS, async (jobs) => {
    for (const { data } of jobs) step(data.name);
    await afterBatch(jobs.map(({ data }) => data));
  });
  const store = await StoreQueries.connect(url);
  let started = 0;
  const session = (start: (tasks: number) => Promise<void>): PeerSession => ({
    async run(tasks) {
      started += tasks;
      await start(tasks);
      await entered(started * shape.steps.length);
      await store.until(COMPLETED, started * shape.steps.length);
    },
    verify: (tasks) => store.expect([{ what: "completed jobs", sql: COMPLETED, expected: tasks * shape.steps.length }]),
    async close() {
      await store.close();
      await boss.stop({ graceful: false });
    },
  });
  return { boss, session };
}
