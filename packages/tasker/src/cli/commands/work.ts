import type { Command } from "commander";
import { z } from "zod";
import type { Database } from "../../database/database.ts";
import type { AdoptOptions } from "../../engine/adopt-options.ts";
import { HandlerRegistry } from "../../handlers/registry.ts";
import type { PluginRegistry } from "../../registries/plugin-registry.ts";
import type { Subscriptions } from "../../subscribers/subscriptions/subscriptions.ts";
import { addEngineOptions, createCommandEngine, EngineChoice } from "../command-engine.ts";
import { openCommandSettings } from "../command-settings.ts";
import { addSubscriptionOptions, makeSubscriptions, SubscriptionChoice } from "../command-subscriptions.ts";
import { addTelemetryOptions, openTelemetry, TelemetryChoice } from "../command-telemetry.ts";
import { createEngineLog } from "../engine-log.ts";
import { UsageError } from "../errors.ts";
import { EXIT } from "../exit-code.ts";
import { GlobalOptions } from "../global-options.ts";
import { configuredEvents } from "../input/configured-events.ts";
import { loadEventDeclarations } from "../input/load-event-declarations.ts";
import { loadPlugins } from "../input/load-plugins.ts";
import { collect, collectFilled, required, secondsBetween, wholeNumber } from "../input/parse-option.ts";
import { addTemplatesOptions, loadTemplates, TEMPLATES_CHOICE } from "../load-templates.ts";
import { chooseDatabase, withDatabase } from "../open-command-database.ts";
import { CHANGE_EVENTS } from "../progress/change-event.ts";
import { FinishedTasks } from "../progress/finished-tasks.ts";
import { readCommandConfiguration } from "../read-command-configuration.ts";
import { drawFinished } from "../render/finished-line.ts";
import type { CommandSession } from "../session.ts";
import { countLiveTasksStatement } from "../statements/count-live-tasks.ts";
import { StopRequest } from "../stop-request.ts";
import { automaticProcesses, supervise } from "../supervisor/supervise.ts";

/** Time between two looks whether anything is left to do, in milliseconds. */
const IDLE_POLL_MS = 200;

const WorkOptions = GlobalOptions.extend(EngineChoice.shape)
  .extend(TelemetryChoice.shape)
  .extend(SubscriptionChoice.shape)
  .extend({
    ...TEMPLATES_CHOICE,
    plugin: z.array(z.string()).optional(),
    events: z.array(z.string()).optional(),
    untilIdle: z.boolean().default(false),
    processes: z.number().optional(),
    adopt: z.boolean().default(false),
    adoptSourceSystem: z.array(z.string()).optional(),
    adoptInProgress: z.boolean().default(false),
    /** Seconds. */
    adoptAbandonedAfter: z.number().optional(),
  });
type WorkOptions = z.infer<typeof WorkOptions>;

/** Adds `work`: executes the tasks of some templates until it is stopped. */
export function addWorkCommand(program: Command, session: CommandSession): void {
  addSubscriptionOptions(addTemplatesOptions(addTelemetryOptions(addEngineOptions(program.command("work")))))
    .description("execute the tasks of templates until stopped")
    .option("--plugin <name>", "a module or an installed package with plugins; can be given several times", collect)
    .option("--events <path>", "a file or directory in YAML that declares events; can be given several times", collect)
    .option("--processes <n>", "run in so many processes; auto: one for each processor", processCount)
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
  if (options.processes !== undefined && options.processes > 1) {
    if (chooseDatabase(options, io).kind === "embedded") {
      throw new UsageError(
        "--processes needs a PostgreSQL database: the embedded one is open in one process at a time",
        {
          context: { option: "--processes" },
        },
      );
    }
    return supervise(session, options.processes);
  }
  const registry = new HandlerRegistry();
  if ((options.templates ?? []).length === 0) required("--template", options.template);
  registry.registerMany(await loadTemplates(io, options));
  const plugins = await loadPlugins(io.cwd, options.plugin ?? []);
  const configured = await readCommandConfiguration(options, io, { plugins });
  const events = await configuredEvents(io.cwd, options.events ?? [], configured);
  registry.eventDeclarations.register(await loadEventDeclarations(io.cwd, events));
  const stop = new StopRequest(io, null);
  const done = withDatabase(options, io, "create", async (database) => {
    await runEngine(session, database, registry, options, { adopt, plugins }, stop);
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
  more: { readonly adopt: AdoptOptions | null; readonly plugins: PluginRegistry },
  stop: StopRequest,
): Promise<void> {
  const { io, printer } = session;
  const note = (text: string) => printer.note(text);
  const settings = await openCommandSettings(options, io, database, more.plugins);
  const telemetry = await openTelemetry(io, options, note, settings.loaded);
  const engine = createCommandEngine(
    io,
    database,
    registry,
    { ...options, ...more, ...telemetry.parts, configured: settings.engine },
    note,
  );
  const finished = new FinishedTasks();
  const unsubscribe = engine.on(CHANGE_EVENTS, (event) => {
    const task = finished.observe(event);
    if (task !== null) printer.line(drawFinished(task, { unicode: printer.unicode }));
  });
  const watching = new AbortController();
  const log = telemetry.parts.log ?? createEngineLog(io, note);
  let subscriptions: Subscriptions | null = null;
  try {
    await telemetry.observe(engine, database);
    settings.follow(engine, log, (loaded) => telemetry.takeLevel(loaded));
    subscriptions = await makeSubscriptions(io, options, { engine, database, registry, log });
    await subscriptions?.start();
    await engine.start();
    const kinds = registry.list().map(({ definition }) => `${definition.name} ${definition.version}`);
    io.workers.tellWorking();
    printer.note(`working on ${kinds.join(", ")}`);
    const idle = options.untilIdle
      ? untilIdle(session, database, registry, watching.signal)
      : new Promise<null>(() => {});
    const reason = await Promise.race([stop.asked, idle]);
    if (reason === "signal") printer.note("stopping when the running steps have ended; once more to stop at once");
  } finally {
    watching.abort();
    await engine.stop();
    await subscriptions?.stop();
    await settings.close();
    await telemetry.close();
    unsubscribe();
  }
}

/** A number of processes, or `auto`, as commander's argument parser. */
function processCount(value: string): number {
  return value === "auto" ? automaticProcesses() : wholeNumber("--processes", 1, 1_000)(value);
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
