import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommandLine } from "../../../src/cli/command-line.ts";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import type { ThrowAwayDatabase } from "../../support/test-server.ts";
import { CapturedIo, type CommandOutcome, runCaptured } from "../support/captured-io.ts";
import { createOrderProject } from "../support/order-project.ts";
import type { WorkDirectory } from "../support/work-directory.ts";

const TIMEOUT_MS = 120_000;
const BECAUSE = ["--reason", "asked for"];

/** What is run in each way, in this order: task 1 is complete, task 2 has not begun. */
const COMMANDS: readonly (readonly string[])[] = [
  ["task", "list", "--order", "oldest", "--total"],
  ["task", "list", "--json"],
  ["task", "show", "1"],
  ["task", "show", "2", "--json"],
  ["task", "show", "99"],
  ["task", "steps", "1"],
  ["task", "logs", "1"],
  ["task", "why", "2"],
  ["why", "2", "--json"],
  ["task", "watch", "1", "--json"],
  ["task", "diagram", "1"],
  ["task", "diagram", "1", "--json", "--base-url", "https://ops.example.com"],
  ["task", "diagram", "1", "--format", "html"],
  ["step", "show", "1", "charge"],
  ["step", "show", "1", "#1", "--json"],
  ["analyze", "2"],
  ["analytics", "performance"],
  ["analytics", "bottlenecks", "--namespace", "shop", "--json"],
  ["export", "tasks"],
  ["export", "tasks", "--format", "csv", "--state", "complete"],
  ["export", "steps", "--json"],
  ["export", "transitions", "--format", "csv", "--limit", "1"],
  ["template", "list"],
  ["template", "list", "--json"],
  ["template", "show", "order", "--namespace", "shop"],
  ["template", "show", "order", "--namespace", "shop", "--definition"],
  ["template", "show", "order", "--namespace", "shop", "--definition", "--json"],
  ["template", "show", "refund"],
  ["template", "graph", "order", "--stored", "--namespace", "shop"],
  ["template", "graph", "order", "--stored", "--namespace", "shop", "--json"],
  ["template", "diff", "new.yaml"],
  ["template", "plan", "new.yaml"],
  ["template", "plan", "new.yaml", "--json"],
  ["template", "apply", "new.yaml", "--json"],
  ["template", "apply", "new.yaml"],
  ["template", "diff", "new.yaml", "--json"],
  ["events", "list", "--category", "task"],
  ["events", "show", "step.failed"],
  ["events", "log", "--task", "1"],
  ["events", "log", "--event", "task.*", "--json"],
  ["events", "subscribers"],
  ["events", "rewind", "billing", "--all"],
  ["events", "deliveries"],
  ["dead-letter", "list"],
  ["dead-letter", "show", "1"],
  ["dead-letter", "discard", "--all", "--json"],
  ["queue", "list"],
  ["worker", "list"],
  ["circuit", "list"],
  ["submit", "order.yaml", "--context", '{"amount": 2}', "--idempotency-key", "k", "--json"],
  ["submit", "order.yaml", "--context", '{"amount": 2}', "--idempotency-key", "k"],
  ["submit", "order.yaml", "--context", "{}"],
  ["signal", "send", "2", "go", "--payload", "7", "--sender", "grace"],
  ["task", "signal", "2", "go", "--sender", "grace", "--json"],
  ["signal", "list", "2"],
  ["signal", "list", "2", "--waiting", "--json"],
  ["task", "annotate", "2", "ticket", '{"id": 4711}', "--json"],
  ["task", "pause", "2", ...BECAUSE],
  ["task", "pause", "2", ...BECAUSE, "--json"],
  ["task", "resume", "2", ...BECAUSE],
  ["step", "resolve", "2", "check", ...BECAUSE],
  ["step", "skip", "2", "reserve", ...BECAUSE],
  ["step", "edit", "2", "charge", "--retry-limit", "5", ...BECAUSE, "--json"],
  ["task", "retry", "1", ...BECAUSE],
  ["task", "cancel", "--state", "in_progress", "--dry-run"],
  ["task", "cancel", "--all", ...BECAUSE],
  ["task", "list", "--state", "cancelled", "--json"],
  ["config", "set", "backoff.max_backoff_seconds", "60"],
  ["config", "set", "backoff.max_backoff_seconds", "0"],
  ["config", "explain", "backoff.max_backoff_seconds", "--json"],
  ["config", "unset", "backoff.max_backoff_seconds", "--json"],
  ["token", "revoke", "9"],
];

/** A database with two tasks, and how commands get there. */
interface Way {
  readonly run: (argv: readonly string[]) => Promise<CommandOutcome>;
  readonly close: () => Promise<void>;
}

describeOnPostgres(
  "a command does and prints the same through a server, through the process on the embedded database, and alone",
  () => {
    const ways = new Map<string, Way>();
    beforeAll(async () => {
      ways.set("alone", await openAlone());
      ways.set("server", await openServer());
      ways.set("embedded", await openEmbedded());
    }, TIMEOUT_MS);
    afterAll(async () => {
      for (const way of ways.values()) await way.close();
    });

    test.each(COMMANDS.map((argv) => ({ line: argv.join(" "), argv })))("tasker $line", async ({ argv }) => {
      const found = new Map<string, CommandOutcome>();
      for (const [name, way] of ways) found.set(name, withoutChance(await way.run(argv)));
      const alone = found.get("alone");
      expect(alone?.out.concat(alone.err)).not.toBe("");
      expect(found.get("server")).toEqual(alone);
      expect(found.get("embedded")).toEqual(alone);
    });
  },
);

function makeProject(): WorkDirectory {
  const project = createOrderProject();
  const text = project.read("order.yaml");
  project.write("new.yaml", text.replace("version: 1.2.0", "version: 1.3.0").replace("limit: 2", "limit: 4"));
  return project;
}

/** Task 1, complete, and task 2, which nobody runs. */
async function seed(options: { readonly cwd: string; readonly env?: Record<string, string> }): Promise<void> {
  const context = ["--context", '{"amount": 1}'];
  expect(await runCaptured(["run", "order.yaml", ...context], options)).toMatchObject({ code: 0 });
  expect(await runCaptured(["submit", "order.yaml", ...context], options)).toMatchObject({ code: 0, out: "2\n" });
}

async function openAlone(): Promise<Way> {
  const database: ThrowAwayDatabase = await createTestDatabase();
  const project = makeProject();
  const options = { cwd: project.path, env: { DATABASE_URL: database.url, USER: "ada" } };
  await seed(options);
  return {
    run: (argv) => runCaptured(argv, options),
    async close() {
      project[Symbol.dispose]();
      await database.drop();
    },
  };
}

/** A server that asks for tokens; commands know nothing but it. */
async function openServer(): Promise<Way> {
  const database = await createTestDatabase();
  const project = makeProject();
  const env = {
    DATABASE_URL: database.url,
    USER: "ada",
    TASKER_AUTH__AUTHENTICATION_ENABLED: "true",
    TASKER_AUTH__AUTHENTICATOR_CLASS: "tokens",
    TASKER_AUTH__AUTHORIZATION_ENABLED: "true",
  };
  await seed({ cwd: project.path, env });
  const made = await runCaptured(["token", "create", "ada", "--role", "admin"], { cwd: project.path, env });
  const { url, stop } = await serve(project, env);
  const options = { cwd: project.path, env: { TASKER_SERVER: url, TASKER_TOKEN: made.out.trim(), USER: "ada" } };
  return {
    run: (argv) => runCaptured(argv, options),
    async close() {
      await stop();
      project[Symbol.dispose]();
      await database.drop();
    },
  };
}

async function openEmbedded(): Promise<Way> {
  const project = makeProject().addDatabase();
  const options = { cwd: project.path, env: { USER: "ada" } };
  await seed(options);
  const { stop } = await serve(project, {});
  return {
    run: (argv) => runCaptured(argv, options),
    async close() {
      await stop();
      project[Symbol.dispose]();
    },
  };
}

/** Nothing goes on by itself: the server executes nothing. */
async function serve(project: WorkDirectory, env: Record<string, string>) {
  const io = new CapturedIo({ cwd: project.path, env });
  const ended = runCommandLine(["serve", "--no-work", "--template", "order.yaml", "--port", "0"], io);
  await io.seen(/serving at /);
  return {
    url: /serving at (\S+)/.exec(io.err)?.[1] ?? "",
    async stop() {
      io.send("SIGTERM");
      await ended;
    },
  };
}

/** What came of a command without times, random ids, and widths that depend on them. */
function withoutChance({ code, out, err }: CommandOutcome): CommandOutcome {
  const clean = (text: string) =>
    text
      .replaceAll(/ \(request [\w-]+\)/g, "")
      .replaceAll(/\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d(?:\.\d+)?)?(?: UTC|Z)?/g, "<time>")
      .replaceAll(/\d\d:\d\d:\d\d\.\d+/g, "<time>")
      .replaceAll(/[+]?\b\d+(?:\.\d+)?m?s\b/g, "<took>")
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<uuid>")
      .replaceAll(/tsk_\w+/g, "<correlation>")
      .replaceAll(/\b[\d.]+ s(?:econds?)?\b/g, "<took>")
      .replaceAll(/("+\w*(?:duration|seconds|_ms|time|p\d\d)\w*"+:\s*)[\d.]+/g, "$1<number>")
      .replaceAll(/("is_registered":)\w+/g, "$1<whether>")
      // Which way is the longest depends on how long steps took.
      .replaceAll(/(way(?: of)?:? )check.*/g, "$1<steps>")
      .replaceAll(/ +/g, " ")
      .replaceAll(/-{3,}/g, "---");
  return { code, out: clean(out), err: clean(err) };
}
