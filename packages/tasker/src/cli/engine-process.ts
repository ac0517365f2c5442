import type { Command } from "commander";
import { z } from "zod";
import type { Database } from "../database/database.ts";
import type { AdoptOptions } from "../engine/adopt-options.ts";
import type { Engine } from "../engine/engine.ts";
import type { Log } from "../engine/options.ts";
import { HandlerRegistry } from "../handlers/registry.ts";
import type { PluginRegistry } from "../registries/plugin-registry.ts";
import type { LoadedConfiguration } from "../settings/load-configuration.ts";
import type { Subscriptions } from "../subscribers/subscriptions/subscriptions.ts";
import { addHttpMetrics, type HttpMetrics } from "../telemetry/metrics/http-metrics.ts";
import type { Metrics } from "../telemetry/metrics/metrics.ts";
import { addEngineOptions, createCommandEngine, EngineChoice } from "./command-engine.ts";
import { openCommandSettings } from "./command-settings.ts";
import { addSubscriptionOptions, makeSubscriptions, SubscriptionChoice } from "./command-subscriptions.ts";
import { addTelemetryOptions, openTelemetry, TelemetryChoice } from "./command-telemetry.ts";
import { createEngineLog } from "./engine-log.ts";
import { EXIT } from "./exit-code.ts";
import { GlobalOptions } from "./global-options.ts";
import { configuredEvents } from "./input/configured-events.ts";
import { loadEventDeclarations } from "./input/load-event-declarations.ts";
import { loadPlugins } from "./input/load-plugins.ts";
import { collect } from "./input/parse-option.ts";
import { addTemplatesOptions, loadTemplates, TEMPLATES_CHOICE } from "./load-templates.ts";
import { withDatabase } from "./open-command-database.ts";
import { CHANGE_EVENTS } from "./progress/change-event.ts";
import { FinishedTasks } from "./progress/finished-tasks.ts";
import { readCommandConfiguration } from "./read-command-configuration.ts";
import { drawFinished, finishedRecord } from "./render/finished-line.ts";
import { openLocalServer } from "./serving/open-local-server.ts";
import type { CommandSession } from "./session.ts";
import { StopRequest } from "./stop-request.ts";

/** Values of the options that {@link addProcessOptions} adds, and of those that every command takes. */
export const ProcessOptions = GlobalOptions.extend(EngineChoice.shape)
  .extend(TelemetryChoice.shape)
  .extend(SubscriptionChoice.shape)
  .extend({
    ...TEMPLATES_CHOICE,
    plugin: z.array(z.string()).optional(),
    events: z.array(z.string()).optional(),
    json: z.boolean().default(false),
  });
export type ProcessOptions = z.infer<typeof ProcessOptions>;

/** Adds the options of a command that runs an engine until it is stopped. */
export function addProcessOptions(command: Command): Command {
  return addSubscriptionOptions(addTemplatesOptions(addTelemetryOptions(addEngineOptions(command))))
    .option("--plugin <name>", "a module or an installed package with plugins; can be given several times", collect)
    .option("--events <path>", "a file or directory in YAML that declares events; can be given several times", collect)
    .option("--json", "print each task that ends as one JSON object a line");
}

/** How an engine is run. */
export interface ProcessTraits {
  /** False: it only submits and acts for others. */
  readonly works: boolean;
  /** True: metrics are counted although nobody asked for a port of their own. */
  readonly isMeasured: boolean;
  /** Null: nothing is adopted. */
  readonly adopt: AdoptOptions | null;
}

/** An engine that runs, with everything around it. */
export interface EngineProcess {
  readonly engine: Engine;
  readonly database: Database;
  readonly registry: HandlerRegistry;
  readonly loaded: LoadedConfiguration;
  /** Default: none is known. */
  readonly plugins?: PluginRegistry;
  readonly log: Log;
  /** Has something follow what changes in the configuration, as long as the process runs. */
  readonly onConfiguration: (listener: (changed: LoadedConfiguration) => void) => void;
  /** Null: nothing is counted. */
  readonly metrics: Metrics | null;
  /** Counts the requests of all servers of the process; null: nothing is counted. */
  readonly httpMetrics: HttpMetrics | null;
  /** Resolves when somebody wants the process to stop. */
  readonly stop: StopRequest;
}

/**
 * Runs an engine as long as `work` lasts: its configuration is followed, its telemetry and subscriptions are up, and, on the
 * embedded database, the command line finds it.
 * @returns the exit code
 */
export async function runEngineProcess(
  session: CommandSession,
  options: ProcessOptions,
  traits: ProcessTraits,
  work: (process: EngineProcess) => Promise<void>,
): Promise<number> {
  const { io } = session;
  const registry = new HandlerRegistry();
  const plugins = await loadPlugins(io.cwd, options.plugin ?? []);
  const configured = await readCommandConfiguration(options, io, { plugins });
  registry.registerMany(await loadTemplates(io, options, configured.document.engine.remote_handlers));
  const events = await configuredEvents(io.cwd, options.events ?? [], configured);
  registry.eventDeclarations.register(await loadEventDeclarations(io.cwd, events));
  const stop = new StopRequest(io, null);
  const done = withDatabase(options, io, "create", async (database) => {
    await run(session, options, { ...traits, plugins }, { database, registry, stop }, work);
    return EXIT.done;
  });
  try {
    return await Promise.race([done, stop.forced.then(() => EXIT.forced)]);
  } finally {
    stop.release();
  }
}

async function run(
  session: CommandSession,
  options: ProcessOptions,
  { plugins, works, isMeasured, adopt }: ProcessTraits & { readonly plugins: Awaited<ReturnType<typeof loadPlugins>> },
  { database, registry, stop }: Pick<EngineProcess, "database" | "registry" | "stop">,
  work: (process: EngineProcess) => Promise<void>,
): Promise<void> {
  const { io, printer } = session;
  const note = (text: string) => printer.note(text);
  const settings = await openCommandSettings(options, io, database, plugins);
  const { loaded } = settings;
  const telemetry = await openTelemetry(io, options, note, loaded, isMeasured);
  const parts = { ...options, adopt, plugins, ...telemetry.parts, configured: settings.engine };
  const engine = createCommandEngine(io, database, registry, parts, note);
  const unsubscribe = tellFinished(session, engine, options.json);
  const log = telemetry.parts.log ?? createEngineLog(io, note);
  const { metrics } = telemetry;
  const followers: ((changed: LoadedConfiguration) => void)[] = [(changed) => telemetry.takeLevel(changed)];
  let latest = loaded;
  const process: EngineProcess = {
    ...{ engine, database, registry, loaded, plugins, log, stop, metrics },
    httpMetrics: metrics === null ? null : addHttpMetrics(metrics),
    onConfiguration: (listener) => {
      followers.push(listener);
      if (latest !== loaded) listener(latest);
    },
  };
  let subscriptions: Subscriptions | null = null;
  let closeLocal = async () => {};
  try {
    await telemetry.observe(engine, database);
    settings.follow(engine, log, (changed) => {
      latest = changed;
      for (const follow of followers) follow(changed);
    });
    subscriptions = await makeSubscriptions(io, options, { engine, database, registry, log });
    await subscriptions?.start();
    if (works) {
      await engine.start();
      await engine.publishTemplates();
    }
    closeLocal = await openLocalServer(io, options, process);
    await work(process);
  } finally {
    await closeLocal();
    await engine.stop();
    await subscriptions?.stop();
    await settings.close();
    await telemetry.close();
    unsubscribe();
  }
}

/** Prints a line for each task that ends. */
function tellFinished({ printer }: CommandSession, engine: Engine, json: boolean): () => void {
  const finished = new FinishedTasks();
  return engine.on(CHANGE_EVENTS, (event) => {
    const task = finished.observe(event);
    if (task === null) return;
    if (json) printer.json(finishedRecord(task));
    else printer.line(drawFinished(task, { unicode: printer.unicode }));
  });
}
