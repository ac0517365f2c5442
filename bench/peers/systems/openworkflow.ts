import { callShape } from "../call-shape.ts";
import type { Peer, StepResult } from "../peer.ts";
import { StoreQueries } from "../store-queries.ts";

/** What is used of the package. */
interface OpenWorkflowModule {
  readonly OpenWorkflow: new (options: {
    readonly backend: Backend;
  }) => {
    defineWorkflow(
      spec: { readonly name: string },
      run: (context: { readonly step: StepApi }) => Promise<StepResult>,
    ): { run(input: object): Promise<unknown> };
    newWorker(options: { readonly concurrency: number }): { start(): Promise<void>; stop(): Promise<void> };
  };
}

interface PostgresModule {
  readonly BackendPostgres: { connect(url: string): Promise<Backend> };
}

interface Backend {
  stop(): Promise<void>;
}

interface StepApi {
  run(config: { readonly name: string }, body: () => Promise<StepResult>): Promise<StepResult>;
}

/** OpenWorkflow: a workflow is a function, each of its steps a row before and after it ran. */
export const openworkflow: Peer = {
  name: "openworkflow",
  packages: ["openworkflow", "postgres"],
  keeps: "each step in PostgreSQL",
  record: "each attempt of a step, its result",
  settings: "worker concurrency 100; polls with its fixed backoff of 0.1 to 1 s when idle",
  tasks: { W3: 2_000 },
  async open({ url, shape, step, entered, load }) {
    const { OpenWorkflow } = (await load("openworkflow")) as OpenWorkflowModule;
    const { BackendPostgres } = (await load("openworkflow/postgres")) as PostgresModule;
    const backend = await BackendPostgres.connect(url);
    const client = new OpenWorkflow({ backend });
    const workflow = client.defineWorkflow({ name: shape.name }, ({ step: api }) =>
      callShape(shape, (name) => api.run({ name }, async () => step(name))),
    );
    const worker = client.newWorker({ concurrency: 100 });
    await worker.start();
    const store = await StoreQueries.connect(url);
    const done = "select count(*) from openworkflow.workflow_runs where status = 'completed'";
    let started = 0;
    return {
      async run(tasks) {
        started += tasks;
        await Promise.all(Array.from({ length: tasks }, () => workflow.run({})));
        await entered(started * shape.steps.length);
        await store.until(done, started);
      },
      verify: (tasks) =>
        store.expect([
          { what: "completed workflow runs", sql: done, expected: tasks },
          {
            what: "completed step attempts",
            sql: "select count(*) from openworkflow.step_attempts where status = 'completed'",
            expected: tasks * shape.steps.length,
          },
        ]),
      async close() {
        await store.close();
        await worker.stop();
        await backend.stop();
      },
    };
  },
};
