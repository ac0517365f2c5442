import type { Command } from "commander";
import { z } from "zod";
import type { Database } from "../../database/database.ts";
import type { AdoptOptions } from "../../engine/adopt-options.ts";
import { HandlerRegistry } from "../../handlers/registry.ts";
import { addEngineOptions, createCommandEngine, EngineChoice } from "../command-engine.ts";
import { UsageError } from "../errors.ts";
import { EXIT } from "../exit-code.ts";
import { GlobalOptions } from "../global-options.ts";
import { collect, collectFilled, required, secondsBetween } from "../input/parse-option.ts";
import { loadCommandTemplate } from "../load-command-template.ts";
import { withDatabase } from "../open-command-database.ts";
import { FinishedTasks } from "../progress/finished-tasks.ts";
import { drawFinished } from "../render/finished-line.ts";
import type { CommandSession } from "../session.ts";
import { countLiveTasksStatement } from "../statements/count-live-tasks.ts";
import { StopRequest } from "../stop-request.ts";

/** Time between two looks whether anything is left to do, in milliseconds. */
const IDLE_POLL_MS = 200;

const WorkOptions = GlobalOptions.extend(EngineChoice.shape).extend({
  template: z.array(z.string()).optional(),
  handlers: z.string().optional(),
  environment: z.string().optional(),
  untilIdle: z.boolean().default(false),
  adopt: z.boolean().default(false),
  adoptSourceSystem: z.array(z.string()).optional(),
  adoptInProgress: z.boolean().default(false),
  /** Seconds. */
  adoptAbandonedAfter: z.number().optional(),
});
type WorkOptions = z.infer<typeof WorkOptions>;

/** Adds `work`: executes the tasks of some templates until it is stopped. */
export function addWorkCommand(program: Command, session: CommandSession): void {
  addEngineOptions(program.command("work"))
    .description("execute the tasks of templates until stopped")
    .option("--template <file>", "a template to work on; can be given several times", collect)
    .option("--handlers <module>", "module with all step handlers (default: beside each template, with its name)")
    .option("--environment <name>", "entry of the templates' 'environments' to use")
    .option("--until-idle", "stop when no task of these templates is left to do")
    .option("--adopt", "also run tasks of these templates that the Rails engine creates in the same database")
    .option(
      "--adopt-source-system <name>",
      "adopt only tasks of this source system; can be given several times",
      collectFilled("--adopt-source-system"),
    )
    .option("--adopt-in-progress", "adopt also tasks that are in progress when they are first seen")
    .option(
      "--adopt-abandoned-after <seconds>",
      "run a step again that somebody else left in progress for so long (default: never)",
      secondsBetween("--adopt-abandoned-after", 0.001, 2_000_000),
    )
    .addHelpText("after", "\nExample:\n  $ tasker work --template order.yaml --template refund.yaml")
    .action(async (_options: unknown, command: Command) => {
      session.finish(await work(session, WorkOptions.parse(command.optsWithGlobals())));
    });
}

async function work(session: CommandSession, options: WorkOptions): Promise<number> {
  const { io } = session;
  const adopt = readAdopt(options);
  const registry = new HandlerRegistry();
  for (const template of required("--template", options.template)) {
    const { handlers, environment } = options;
    registry.register(await loadCommandTemplate(io.cwd, { template, handlers, environment }));
  }
  const stop = new StopRequest(io, null);
  const done = withDatabase(options, io, "create", async (database) => {
    await runEngine(session, database, registry, options, adopt, stop);
    return EXIT.done;
  });
  try {
    return await Promise.race([done, stop.forced.then(() => EXIT.forced)]);
  } finally {
    stop.release();
  }
}

async function runEngine(
  session: CommandSession,
  database: Database,
  registry: HandlerRegistry,
  options: WorkOptions,
  adopt: AdoptOptions | null,
  stop: StopRequest,
): Promise<void> {
  const { io, printer } = session;
  const engine = createCommandEngine(io, database, registry, { ...options, adopt }, (text) => printer.note(text));
  const finished = new FinishedTasks();
  const unsubscribe = engine.on((event) => {
    const task = finished.observe(event);
    if (task !== null) printer.line(drawFinished(task, { unicode: printer.unicode }));
  });
  const watching = new AbortController();
  try {
    await engine.start();
    const kinds = registry.list().map(({ definition }) => `${definition.name} ${definition.version}`);
    printer.note(`working on ${kinds.join(", ")}`);
    const idle = options.untilIdle
      ? untilIdle(session, database, registry, watching.signal)
      : new Promise<null>(() => {});
    const reason = await Promise.race([stop.asked, idle]);
    if (reason === "signal") printer.note("stopping when the running steps have ended; once more to stop at once");
  } finally {
    watching.abort();
    await engine.stop();
    unsubscribe();
  }
}

/** What `--adopt` and the options that belong to it come to; null: nothing is adopted. */
function readAdopt(options: WorkOptions): AdoptOptions | null {
  const { adoptSourceSystem, adoptInProgress, adoptAbandonedAfter } = options;
  if (!options.adopt) {
    const given = [
      adoptSourceSystem === undefined ? null : "--adopt-source-system",
      adoptInProgress ? "--adopt-in-progress" : null,
      adoptAbandonedAfter === undefined ? null : "--adopt-abandoned-after",
    ].find((option) => option !== null);
    if (given === undefined) return null;
    throw new UsageError(`${given} needs --adopt`, { context: { option: given } });
  }
  if (options.untilIdle) {
    // Whether a task that is not adopted yet is left cannot be said without reading all of them.
    throw new UsageError("--until-idle cannot be used together with --adopt", { context: { option: "--until-idle" } });
  }
  return {
    ...(adoptSourceSystem === undefined ? {} : { sourceSystems: adoptSourceSystem }),
    inProgress: adoptInProgress,
    ...(adoptAbandonedAfter === undefined ? {} : { abandonedStepMs: Math.round(adoptAbandonedAfter * 1000) }),
  };
}

/** Resolves when no task of the registered templates is left to do, or when `signal` aborts. */
async function untilIdle(
  { io }: CommandSession,
  database: Database,
  registry: HandlerRegistry,
  signal: AbortSignal,
): Promise<null> {
  const kinds = registry.list().map(({ definition }) => definition);
  while (!signal.aborted) {
    const [row] = await database.run(countLiveTasksStatement, [
      kinds.map(({ namespace }) => namespace),
      kinds.map(({ name }) => name),
      kinds.map(({ version }) => version),
      new Date(io.clock.now()),
    ]);
    if (row === undefined || row.live === 0) return null;
    await new Promise<void>((resolve) => {
      io.clock.after(IDLE_POLL_MS, resolve);
    });
  }
  return null;
}
