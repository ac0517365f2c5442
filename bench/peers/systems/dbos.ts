import { callShape } from "../call-shape.ts";
import type { Peer, PeerSession, PeerSetting, StepResult } from "../peer.ts";
import { StoreQueries } from "../store-queries.ts";

/** What is used of the package. */
interface DbosModule {
  readonly DBOS: {
    setConfig(config: object): void;
    registerWorkflow(run: () => Promise<StepResult>, options: { readonly name: string }): Workflow;
    runStep(body: () => Promise<StepResult>, options: { readonly name: string }): Promise<StepResult>;
    startWorkflow(workflow: Workflow, options?: { readonly queueName: string }): () => Promise<Handle>;
    registerQueue(name: string, options: object): Promise<unknown>;
    launch(): Promise<void>;
    shutdown(): Promise<void>;
  };
}

type Workflow = () => Promise<StepResult>;

interface Handle {
  getResult(): Promise<StepResult>;
}

const QUEUE = "bench";

/** Workflows that are run at once where no queue limits them. */
const IN_FLIGHT = 200;

const COMPLETED = "select count(*) from dbos.workflow_status where status = 'SUCCESS'";

const COMMON = {
  packages: ["@dbos-inc/dbos-sdk"],
  keeps: "each step in PostgreSQL",
  record: "output of each step",
  tasks: { W3: 3_000 },
} as const;

/** DBOS Transact, workflows started by a call. */
export const dbosDirect: Peer = {
  ...COMMON,
  name: "dbos-direct",
  settings: `${IN_FLIGHT} workflows in flight, pool of 20`,
  open: (setting) => openDbos(setting, false),
};

/** DBOS Transact, workflows put into a queue. */
export const dbosEnqueued: Peer = {
  ...COMMON,
  name: "dbos-enqueued",
  settings: "queue with workerConcurrency 500 that polls every 100 ms (W4: 10 ms), pool of 20",
  open: (setting) => openDbos(setting, true),
};

async function openDbos(setting: PeerSetting, enqueue: boolean): Promise<PeerSession> {
  const { url, workload, shape, step, entered, load } = setting;
  const { DBOS } = (await load("@dbos-inc/dbos-sdk")) as DbosModule;
  DBOS.setConfig({ name: "bench", systemDatabaseUrl: url, systemDatabasePoolSize: 20, logLevel: "error" });
  const workflow = DBOS.registerWorkflow(
    () => callShape(shape, (name) => DBOS.runStep(async () => step(name), { name })),
    { name: shape.name },
  );
  await DBOS.launch();
  if (enqueue) {
    await DBOS.registerQueue(QUEUE, { workerConcurrency: 500, minPollingIntervalMs: workload === "W4" ? 10 : 100 });
  }
  const store = await StoreQueries.connect(url);
  let started = 0;

  async function runDirect(tasks: number): Promise<void> {
    let left = tasks;
    const runOthers = async () => {
      while (left-- > 0) await (await DBOS.startWorkflow(workflow)()).getResult();
    };
    await Promise.all(Array.from({ length: Math.min(tasks, IN_FLIGHT) }, runOthers));
  }

  async function runEnqueued(tasks: number): Promise<void> {
    started += tasks;
    await Promise.all(Array.from({ length: tasks }, () => DBOS.startWorkflow(workflow, { queueName: QUEUE })()));
    await entered(started * shape.steps.length);
    await store.until(COMPLETED, started);
  }

  return {
    run: enqueue ? runEnqueued : runDirect,
    verify: (tasks) =>
      store.expect([
        { what: "successful workflows", sql: COMPLETED, expected: tasks },
        {
          what: "step outputs",
          sql: "select count(*) from dbos.operation_outputs where output is not null",
          expected: tasks * shape.steps.length,
        },
      ]),
    async close() {
      await store.close();
      await DBOS.shutdown();
    },
  };
}
