import { HandMadeGraph } from "../hand-made-graph.ts";
import type { Peer } from "../peer.ts";
import { StoreQueries } from "../store-queries.ts";

/** What is used of the package. */
interface GraphileModule {
  readonly Logger: new (factory: () => () => void) => object;
  run(options: object): Promise<{ addJobs: AddJobs; stop(): Promise<void> }>;
  makeWorkerUtils(options: object): Promise<{ addJobs: AddJobs; release(): Promise<void> }>;
}

type AddJobs = (jobs: readonly { readonly identifier: string; readonly payload: Payload }[]) => Promise<unknown>;

interface Payload {
  readonly task: number;
  readonly name: string;
}

const REMAINING = "select count(*) from graphile_worker._private_jobs";

/** Graphile Worker, where a job adds the jobs that follow. */
export const graphileWorker: Peer = {
  name: "graphile-worker",
  packages: ["graphile-worker"],
  keeps: "nothing",
  record: "nothing: deletes finished jobs; joins counted in memory",
  settings: "concurrentJobs 24, localQueue 500, completeJobBatchDelay 0, pool of 25",
  async open({ url, shape, step, entered, load }) {
    const { Logger, makeWorkerUtils, run } = (await load("graphile-worker")) as GraphileModule;
    const preset = {
      worker: {
        connectionString: url,
        concurrentJobs: 24,
        maxPoolSize: 25,
        localQueue: { size: 500 },
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
    };
    const logger = new Logger(() => () => undefined);
    const graph = new HandMadeGraph(shape);
    const jobOf = (task: number, name: string) => ({ identifier: "step", payload: { task, name } });
    const body = async ({ task, name }: Payload, { addJobs }: { readonly addJobs: AddJobs }) => {
      step(name);
      const next = graph.next(task, name);
      if (next.length > 0) await addJobs(next.map((child) => jobOf(task, child)));
    };
    const runner = await run({ preset, logger, noHandleSignals: true, taskList: { step: body } });
    const producer = await makeWorkerUtils({ preset, logger });
    const store = await StoreQueries.connect(url);
    let started = 0;
    return {
      async run(tasks) {
        const first = started;
        started += tasks;
        await producer.addJobs(Array.from({ length: tasks }, (_, place) => jobOf(first + place, graph.first)));
        await entered(started * shape.steps.length);
        await store.until(REMAINING, 0);
      },
      verify: () => store.expect([{ what: "jobs left", sql: REMAINING, expected: 0 }]),
      async close() {
        await store.close();
        await producer.release();
        await runner.stop();
      },
    };
  },
};
