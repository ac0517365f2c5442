import type { Command } from "commander";
import { z } from "zod";
import type { Database } from "../../database/database.ts";
import type { TaskTemplate } from "../../handlers/task-template.ts";
import { readTaskDetails } from "../../reading/task/task-details.ts";
import { Encryption } from "../../vault/encryption.ts";
import { addEngineOptions, createCommandEngine, EngineChoice } from "../command-engine.ts";
import { openCommandSettings } from "../command-settings.ts";
import { addTelemetryOptions, openTelemetry, TelemetryChoice } from "../command-telemetry.ts";
import { chooseDisplay } from "../displays/choose-display.ts";
import type { TaskDisplay } from "../displays/display.ts";
import { createEngineLog } from "../engine-log.ts";
import { EXIT } from "../exit-code.ts";
import { GlobalOptions } from "../global-options.ts";
import { configuredEvents } from "../input/configured-events.ts";
import { loadEventDeclarations } from "../input/load-event-declarations.ts";
import { loadPlugins } from "../input/load-plugins.ts";
import { collect, positiveSeconds, required } from "../input/parse-option.ts";
import { readContext } from "../input/read-context.ts";
import { loadCommandTemplate } from "../load-command-template.ts";
import { withDatabase } from "../open-command-database.ts";
import { CHANGE_EVENTS } from "../progress/change-event.ts";
import { progressFromDetails } from "../progress/progress-from-details.ts";
import { readCommandConfiguration } from "../read-command-configuration.ts";
import { describeResume } from "../resume-hint.ts";
import { openLocalServerSoon } from "../serving/open-local-server.ts";
import type { CommandSession } from "../session.ts";
import { type StopReason, StopRequest } from "../stop-request.ts";
import { TaskFollower } from "../task-follower.ts";
import { addReadingOptions, READING_CHOICE, readingOf } from "../template-reading.ts";
import { UnlistedRegistry } from "../unlisted-registry.ts";

const RunOptions = GlobalOptions.extend(EngineChoice.shape)
  .extend(TelemetryChoice.shape)
  .extend({
    context: z.string().optional(),
    handlers: z.string().optional(),
    ...READING_CHOICE,
    plugin: z.array(z.string()).optional(),
    events: z.array(z.string()).optional(),
    watch: z.boolean().default(false),
    json: z.boolean().default(false),
    /** Seconds. */
    timeout: z.number().optional(),
  });
type RunOptions = z.infer<typeof RunOptions>;

/** Adds `run`: submits one task, executes it in this process and shows how it goes. */
export function addRunCommand(program: Command, session: CommandSession): void {
  addReadingOptions(addTelemetryOptions(addEngineOptions(program.command("run <template>"))))
    .description("submit a task and execute it here, to its end")
    .option("--context <file|json>", "the task's input: a file with a JSON object, or the object itself")
    .option("--handlers <module>", "module with the step handlers (default: beside the template, with its name)")
    .option("--plugin <name>", "a module or an installed package with plugins; can be given several times", collect)
    .option("--events <path>", "a file or directory in YAML that declares events; can be given several times", collect)
    .option("--watch", "redraw the steps in place while they run")
    .option("--json", "print one JSON object a line")
    .option("--timeout <seconds>", "stop after this time; the task can be resumed", positiveSeconds("--timeout"))
    .addHelpText("after", "\nExample:\n  $ tasker run order.yaml --context order.json --watch")
    .action(async (template: string, _options: unknown, command: Command) => {
      session.finish(await runTask(session, template, RunOptions.parse(command.optsWithGlobals())));
    });
}

async function runTask(session: CommandSession, path: string, options: RunOptions): Promise<number> {
  const { io, printer } = session;
  const context = await readContext(io.cwd, required("--context", options.context));
  const template = await loadCommandTemplate(io.cwd, {
    template: path,
    handlers: options.handlers,
    remote: (await readCommandConfiguration(options, io)).document.engine.remote_handlers,
    ...readingOf(options, io),
  });
  const stop = new StopRequest(io, options.timeout === undefined ? null : options.timeout * 1000);
  const display = chooseDisplay(session, options);
  const work = withDatabase(options, io, "create", async (database) => {
    if (stop.reason !== null) {
      printer.note("stopped before the task was submitted");
      return EXIT.failed;
    }
    const run = await executeTask(session, database, template, context, options, display, stop);
    if (run.state === "complete") return EXIT.done;
    if (run.stopped !== null) printer.note(describeStop(run.stopped, run.taskId, run.state, path, options));
    else printer.note(`the audit trail: tasker task show ${run.taskId}`);
    return EXIT.failed;
  });
  try {
    return await Promise.race([work, stop.forced.then(() => EXIT.forced)]);
  } finally {
    stop.release();
    display.end();
  }
}

async function executeTask(
  session: CommandSession,
  database: Database,
  template: TaskTemplate,
  context: Record<string, unknown>,
  options: RunOptions,
  display: TaskDisplay,
  stop: StopRequest,
) {
  const { io } = session;
  const registry = new UnlistedRegistry();
  registry.register(template);
  const plugins = await loadPlugins(io.cwd, options.plugin ?? []);
  const configured = await readCommandConfiguration(options, io, { plugins });
  const events = await configuredEvents(io.cwd, options.events ?? [], configured);
  registry.eventDeclarations.register(await loadEventDeclarations(io.cwd, events));
  const note = (text: string) => display.notice(text);
  const settings = await openCommandSettings(options, io, database, plugins);
  const telemetry = await openTelemetry(io, options, note, settings.loaded);
  const engine = createCommandEngine(
    io,
    database,
    registry,
    { ...options, plugins, ...telemetry.parts, configured: settings.engine },
    note,
  );
  const since = io.clock.now();
  const follower = new TaskFollower(display);
  const unsubscribe = engine.on(CHANGE_EVENTS, (event) => follower.observe(event));
  const log = telemetry.parts.log ?? createEngineLog(io, note);
  let closeLocal = async () => {};
  let stopped: StopReason | null = null;
  let taskId: number;
  try {
    await telemetry.observe(engine, database);
    settings.follow(engine, log, (loaded) => telemetry.takeLevel(loaded));
    // A started engine owns what is submitted to it.
    await engine.start();
    closeLocal = openLocalServerSoon(io, options, {
      ...{ engine, database, registry, log, loaded: settings.loaded, metrics: telemetry.metrics },
      httpMetrics: null,
      onConfiguration: () => {},
    });
    const { namespace, name, version } = template.definition;
    ({ taskId } = await engine.submit({ namespace, name, version, context }));
    follower.begin(progressFromDetails(await readTaskDetails(database, taskId), since));
    const settled = engine.settled(taskId).then(() => null);
    stopped = await Promise.race([settled, stop.asked]);
    if (stopped === "signal") display.notice("stopping when the running steps have ended; once more to stop at once");
  } finally {
    await closeLocal();
    await engine.stop();
    await settings.close();
    await telemetry.close();
    unsubscribe();
    display.end();
  }
  const { redact = [], encryption } = settings.engine;
  const readable = encryption instanceof Encryption ? encryption : null;
  const details = await readTaskDetails(database, taskId, { redact, encryption: readable });
  display.result(details, progressFromDetails(details, since));
  return { taskId, state: details.state, stopped };
}

function describeStop(
  reason: StopReason,
  taskId: number,
  state: string,
  template: string,
  options: RunOptions,
): string {
  const why = reason === "timeout" ? `stopped after ${options.timeout} s` : "stopped";
  return `${why}: task ${taskId} is ${state} and goes on with: ${describeResume(template, options)}`;
}
