import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { callShape } from "../call-shape.ts";
import type { Peer, StepResult } from "../peer.ts";
import { StoreQueries } from "../store-queries.ts";

/** What is used of the package. */
interface AbsurdModule {
  readonly Absurd: new (options: {
    readonly db: string;
    readonly queueName: string;
    readonly log: object;
  }) => {
    createQueue(name: string): Promise<void>;
    registerTask(
      options: { readonly name: string },
      run: (parameters: object, context: Context) => Promise<StepResult>,
    ): void;
    spawn(name: string, parameters: object): Promise<unknown>;
    startWorker(options: object): Promise<{ close(): Promise<void> }>;
    close(): Promise<void>;
  };
}

interface Context {
  step(name: string, body: () => Promise<StepResult>): Promise<StepResult>;
}

const COMPLETED = "select count(*) from absurd.t_bench where state = 'completed'";

/** Absurd: a task is a function, each of its steps a checkpoint. Its SQL comes with its command-line tool. */
export const absurd: Peer = {
  name: "absurd",
  packages: ["absurd-sdk"],
  python: ["absurdctl"],
  keeps: "each step in PostgreSQL",
  record: "checkpoint of each step",
  settings: "worker concurrency 100, batch 100, polls every 50 ms (W4: 10 ms)",
  tasks: { W3: 3_000 },
  async open({ url, workload, shape, step, entered, load, directory }) {
    const { Absurd } = (await load("absurd-sdk")) as AbsurdModule;
    initialize(url, directory);
    const quiet = { log() {}, info() {}, warn() {}, error: console.error };
    const app = new Absurd({ db: url, queueName: "bench", log: quiet });
    await app.createQueue("bench");
    app.registerTask({ name: shape.name }, (_parameters, context) =>
      callShape(shape, (name) => context.step(name, async () => step(name))),
    );
    const worker = await app.startWorker({
      concurrency: 100,
      batchSize: 100,
      pollInterval: workload === "W4" ? 0.01 : 0.05,
    });
    const store = await StoreQueries.connect(url);
    let started = 0;
    return {
      async run(tasks) {
        started += tasks;
        await Promise.all(Array.from({ length: tasks }, () => app.spawn(shape.name, {})));
        await entered(started * shape.steps.length);
        await store.until(COMPLETED, started);
      },
      verify: (tasks) =>
        store.expect([
          { what: "completed tasks", sql: COMPLETED, expected: tasks },
          {
            what: "committed checkpoints",
            sql: "select count(*) from absurd.c_bench where status = 'committed'",
            expected: tasks * shape.steps.length,
          },
        ]),
      async close() {
        await store.close();
        await worker.close();
        await app.close();
      },
    };
  },
};

/** Creates the schema with the system's own tool, which needs `psql`. */
function initialize(url: string, directory: string): void {
  const { status, stderr } = spawnSync(
    "python3",
    ["-c", "import absurdctl; absurdctl.main()", "init", "--database", url],
    { env: { ...process.env, PYTHONPATH: join(directory, "python") }, encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`absurdctl init: ${stderr.trim().split("\n").at(-1)}`);
}
