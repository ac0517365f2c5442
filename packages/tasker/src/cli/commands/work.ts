import type { Command } from "commander";
import { z } from "zod";
import type { Database } from "../../database/database.ts";
import type { AdoptOptions } from "../../engine/adopt-options.ts";
import type { HandlerRegistry } from "../../handlers/registry.ts";
import { addProcessOptions, type EngineProcess, ProcessOptions, runEngineProcess } from "../engine-process.ts";
import { UsageError } from "../errors.ts";
import { collectFilled, required, secondsBetween, wholeNumber } from "../input/parse-option.ts";
import { chooseDatabase } from "../open-command-database.ts";
import type { CommandSession } from "../session.ts";
import { countLiveTasksStatement } from "../statements/count-live-tasks.ts";
import { automaticProcesses, supervise } from "../supervisor/supervise.ts";

/** Time between two looks whether anything is left to do, in milliseconds. */
const IDLE_POLL_MS = 200;

const WorkOptions = ProcessOptions.extend({
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
  addProcessOptions(program.command("work"))
    .description("execute the tasks of templates until stopped")
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
  if ((options.templates ?? []).length === 0) required("--template", options.template);
  const traits = { works: true, isMeasured: false, adopt };
  return runEngineProcess(session, options, traits, (process) => workUntilStopped(session, options, process));
}

async function workUntilStopped(session: CommandSession, options: WorkOptions, process: EngineProcess): Promise<void> {
  const { io, printer } = session;
  const { database, registry, stop } = process;
  const watching = new AbortController();
  const kinds = registry.list().map(({ definition }) => `${definition.name} ${definition.version}`);
  io.workers.tellWorking();
  printer.note(`working on ${kinds.join(", ")}`);
  const idle = options.untilIdle
    ? untilIdle(session, database, registry, watching.signal)
    : new Promise<null>(() => {});
  try {
    const reason = await Promise.race([stop.asked, idle]);
    if (reason === "signal") printer.note("stopping when the running steps have ended; once more to stop at once");
  } finally {
    watching.abort();
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
