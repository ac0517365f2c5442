import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PostgresServer, startPostgres } from "../support/postgres-server.ts";
import { describeOnPostgres } from "../support/test-database.ts";
import type { ThrowAwayDatabase } from "../support/test-server.ts";
import { runCaptured } from "./support/captured-io.ts";
import { TaskerProcess } from "./support/tasker-process.ts";
import { WorkDirectory } from "./support/work-directory.ts";

const TIMEOUT_MS = 180_000;

/** Every execution of a step leaves a line in a file. `hold` waits until a file says that it need not. */
const HANDLERS = `
import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
const record = (name) => appendFileSync("executions", name + "\\n");
export const Quick = async (task, sequence, step) => {
  record(step.name);
  await wait(task.context.pause ?? 0);
  return { done: step.name };
};
export const Hold = async (task, sequence, step) => {
  record(step.name);
  while (!existsSync("go-on")) await wait(20, undefined, { signal: step.signal });
  return { done: step.name };
};
`;

const HELD = `
name: held
task_handler_class: Held
step_templates:
  - { name: first, handler_class: Quick }
  - { name: hold, handler_class: Hold, depends_on_step: first }
  - { name: last, handler_class: Quick, depends_on_step: hold }
`;

const LONG = [
  "name: long",
  "task_handler_class: Long",
  "step_templates:",
  ...Array.from({ length: 40 }, (_, at) => {
    const after = at === 0 ? "" : `, depends_on_step: s${at - 1}`;
    return `  - { name: s${at}, handler_class: Quick${after} }`;
  }),
  "",
].join("\n");

/** A project, and where its tasks live. */
interface Place {
  readonly directory: WorkDirectory;
  readonly env: NodeJS.ProcessEnv;
  /** Options that make a dead process's tasks free soon. */
  readonly lease: readonly string[];
}

function createPlace(env: NodeJS.ProcessEnv, lease: readonly string[]): Place {
  const files = {
    "package.json": '{ "type": "module" }',
    "handlers.js": HANDLERS,
    "held.yaml": HELD,
    "long.yaml": LONG,
  };
  return { directory: new WorkDirectory(files), env, lease };
}

const executions = ({ directory }: Place) =>
  readFileSync(join(directory.path, "executions"), "utf8").trimEnd().split("\n");

function start({ directory, env, lease }: Place, template: string, context: object): TaskerProcess {
  const argv = ["run", template, "--handlers", "handlers.js", "--context", JSON.stringify(context), "--json", ...lease];
  return new TaskerProcess(argv, { cwd: directory.path, env });
}

function resume({ directory, env, lease }: Place, template: string): TaskerProcess {
  const argv = ["work", "--template", template, "--handlers", "handlers.js", "--until-idle", ...lease];
  return new TaskerProcess(argv, { cwd: directory.path, env });
}

async function finishHeldTask(place: Place): Promise<void> {
  const run = start(place, "held.yaml", {});
  await run.until((out) => /"step_name":"hold".*"to_state":"in_progress"/.test(out));
  // The start is committed and told before the handler is called.
  await untilExecuted(place, run, 2);
  expect((await run.kill()).signal).toBe("SIGKILL");

  place.directory.write("go-on", "");
  const work = await resume(place, "held.yaml").ended;
  expect(work).toMatchObject({ code: 0, out: expect.stringMatching(/^✓ task 1 {2}complete/) });
  expect(executions(place)).toEqual(["first", "hold", "hold", "last"]);
  await expectInterruption(place);
}

/** The audit trail of the step that was killed: started, lost and given back, started again. */
async function expectInterruption({ directory, env }: Place): Promise<void> {
  const show = await runCaptured(["task", "show", "1", "--json"], { cwd: directory.path, env });
  const { state, steps, transitions } = JSON.parse(show.out);
  expect(state).toBe("complete");
  expect(steps[1]).toMatchObject({ name: "hold", state: "complete", attempts: 1 });
  const held = transitions.filter(({ step_name }: { step_name: string }) => step_name === "hold");
  expect(held).toMatchObject([
    { from_state: "pending", to_state: "in_progress" },
    { from_state: "in_progress", to_state: "error", metadata: { interrupted: true } },
    { from_state: "error", to_state: "pending" },
    { from_state: "pending", to_state: "in_progress" },
    { from_state: "in_progress", to_state: "complete" },
  ]);
}

/** Kills the process again and again at moments that nobody chose; what it had reported complete must not run again. */
async function survivesKills(place: Place): Promise<void> {
  const reported = new Set<string>();
  let running = start(place, "long.yaml", { pause: 15 });
  for (const steps of [3, 7, 4]) {
    const before = countExecutions(place);
    await untilExecuted(place, running, before + steps);
    const { out } = await running.kill();
    for (const [, name] of out.matchAll(/"name":"step\.completed".*?"step_name":"(\w+)"/g)) reported.add(name ?? "");
    running = resume(place, "long.yaml");
  }
  expect(await running.ended).toMatchObject({ code: 0, out: expect.stringMatching(/^✓ task 1 {2}complete/) });

  const runs = Map.groupBy(executions(place), (name) => name);
  expect([...runs.keys()]).toEqual(Array.from({ length: 40 }, (_, at) => `s${at}`));
  expect(reported.size).toBeGreaterThan(0);
  for (const name of reported) expect(runs.get(name)).toHaveLength(1);
  // Each kill can hit one step of a chain, which then runs once more; no other does.
  expect(executions(place).length).toBeLessThanOrEqual(40 + 3);
}

function countExecutions(place: Place): number {
  try {
    return executions(place).length;
  } catch {
    return 0; // Nothing has been executed yet.
  }
}

async function untilExecuted(place: Place, running: TaskerProcess, count: number): Promise<void> {
  while (countExecutions(place) < count) {
    if (running.child.exitCode !== null) throw new Error(`the process ended first:\n${running.out}\n${running.err}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("kill -9 on the embedded database", () => {
  const inPlace = async (work: (place: Place) => Promise<void>) => {
    const place = createPlace({}, []);
    using directory = place.directory;
    directory.addDatabase();
    await work(place);
  };

  test(
    "another process finishes the task; what was complete is not done again",
    () => inPlace(finishHeldTask),
    TIMEOUT_MS,
  );
  test("the same at any moment, several times", () => inPlace(survivesKills), TIMEOUT_MS);
});

describeOnPostgres("kill -9 on PostgreSQL with durable commits", () => {
  let server: PostgresServer;
  let database: ThrowAwayDatabase;
  beforeAll(async () => {
    server = await startPostgres({ fsync: true });
  });
  afterAll(() => server.stop());
  const inPlace = async (work: (place: Place) => Promise<void>) => {
    database = await server.createDatabase();
    const place = createPlace({ DATABASE_URL: database.url }, ["--lease", "2"]);
    using _ = place.directory;
    await work(place);
    await database.drop();
  };

  test("another process finishes the task when the lease is over", () => inPlace(finishHeldTask), TIMEOUT_MS);
  test("the same at any moment, several times", () => inPlace(survivesKills), TIMEOUT_MS);
});
