import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Shape } from "../../shapes.ts";
import type { Peer } from "../peer.ts";
import { StoreQueries } from "../store-queries.ts";

/** What is used of the packages. */
interface CoreModule {
  readonly PgflowSqlClient: new (
    sql: Sql,
  ) => {
    readMessages(
      queue: string,
      visibleAfterS: number,
      limit: number,
      pollS: number,
      pollMs: number,
    ): Promise<Message[]>;
    startTasks(flow: string, ids: readonly string[], worker: string): Promise<StartedStep[]>;
    completeTask(step: StartedStep, output: object): Promise<void>;
    startFlow(flow: string, input: object): Promise<unknown>;
  };
}

interface PostgresModule {
  default(url: string, options: object): Sql;
}

interface Sql {
  unsafe(sql: string): Promise<unknown>;
  end(options: { readonly timeout: number }): Promise<void>;
}

interface Message {
  readonly msg_id: string;
}

interface StartedStep {
  readonly step_slug: string;
}

const IN_FLIGHT = 200;
const BATCH = 100;

/** What Supabase has and a plain PostgreSQL lacks. pgflow tells browsers about its progress through it. */
const REALTIME = `
  create schema realtime;
  create function realtime.send(jsonb, text, text, boolean default true) returns void language sql as ''`;

const COMPLETED_RUNS = "select count(*) from pgflow.runs where status = 'completed'";

/** pgflow's SQL and its client. Its worker, for Deno, is not on the registry: a loop here does the same. */
export const pgflow: Peer = {
  name: "pgflow",
  packages: ["@pgflow/core", "postgres"],
  python: ["pgmq"],
  keeps: "each step in PostgreSQL",
  record: "state and output of each step; queue messages archived",
  settings: `a worker loop of our own: batches of ${BATCH}, ${IN_FLIGHT} steps in flight, pool of 12, polls every 50 ms (W4: 10 ms)`,
  tasks: { W2: 100, W3: 2_000 },
  async open({ url, workload, shape, step, entered, load, directory }) {
    const { PgflowSqlClient } = (await load("@pgflow/core")) as CoreModule;
    const { default: postgres } = (await load("postgres")) as PostgresModule;
    const store = await StoreQueries.connect(url);
    await createSchema(store, directory);
    await createFlow(store, shape);
    const sql = postgres(url, { max: 12, onnotice: () => undefined });
    const client = new PgflowSqlClient(sql);
    const worker = randomUUID();
    await store.execute(
      `insert into pgflow.workers (worker_id, queue_name, function_name) values ('${worker}', '${shape.name}', 'bench')`,
    );
    const pollMs = workload === "W4" ? 10 : 50;
    let inFlight = 0;
    let stopped = false;
    let freed = () => {};
    const runStep = async (started: StartedStep) => {
      await client.completeTask(started, step(started.step_slug));
      inFlight -= 1;
      freed();
    };
    const poll = async () => {
      while (!stopped) {
        if (inFlight > IN_FLIGHT - BATCH) {
          await new Promise<void>((resolve) => {
            freed = resolve;
          });
          continue;
        }
        const messages = await client.readMessages(shape.name, 60, BATCH, 1, pollMs);
        if (messages.length === 0) continue;
        const ids = messages.map(({ msg_id }) => msg_id);
        const steps = await client.startTasks(shape.name, ids, worker);
        inFlight += steps.length;
        for (const started of steps) void runStep(started);
      }
    };
    const polling = poll();
    let begun = 0;
    return {
      async run(tasks) {
        begun += tasks;
        await Promise.all(Array.from({ length: tasks }, () => client.startFlow(shape.name, {})));
        await entered(begun * shape.steps.length);
        await store.until(COMPLETED_RUNS, begun);
      },
      verify: (tasks) =>
        store.expect([
          { what: "completed runs", sql: COMPLETED_RUNS, expected: tasks },
          {
            what: "completed steps",
            sql: "select count(*) from pgflow.step_states where status = 'completed'",
            expected: tasks * shape.steps.length,
          },
        ]),
      async close() {
        stopped = true;
        await polling;
        await store.close();
        await sql.end({ timeout: 1 });
      },
    };
  },
};

/** The migrations of the package, on pgmq's SQL instead of the extension of the same content. */
async function createSchema(store: StoreQueries, directory: string): Promise<void> {
  const migrations = join(directory, "node_modules/@pgflow/core/dist/supabase/migrations");
  const files = readdirSync(migrations)
    .filter((name) => name.endsWith(".sql"))
    .sort();
  await store.execute(readFileSync(join(directory, "python/pgmq/sql/pgmq.sql"), "utf8"));
  await store.execute(REALTIME);
  for (const file of files) {
    const sql = readFileSync(join(migrations, file), "utf8");
    await store.execute(sql.replace(/^create extension if not exists "pgmq".*$/im, ""));
  }
}

async function createFlow(store: StoreQueries, { name, steps }: Shape): Promise<void> {
  await store.execute(`select pgflow.create_flow('${name}')`);
  for (const step of steps) {
    const parents = step.dependsOn.map((parent) => `'${parent}'`).join(", ");
    await store.execute(`select pgflow.add_step('${name}', '${step.name}', array[${parents}]::text[])`);
  }
}
