import type { Command } from "commander";
import { z } from "zod";
import type { Database } from "../../database/database.ts";
import { HandlerRegistry } from "../../handlers/registry.ts";
import { addEngineOptions, createCommandEngine, EngineChoice } from "../command-engine.ts";
import { EXIT } from "../exit-code.ts";
import { GlobalOptions } from "../global-options.ts";
import { collect, required } from "../input/parse-option.ts";
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
    .addHelpText("after", "\nExample:\n  $ tasker work --template order.yaml --template refund.yaml")
    .action(async (_options: unknown, command: Command) => {
      session.finish(await work(session, WorkOptions.parse(command.optsWithGlobals())));
    });
}

async function work(session: CommandSession, options: WorkOptions): Promise<number> {
  const { io } = session;
  const registry = new HandlerRegistry();
  for (const template of required("--template", options.template)) {
    const { handlers, environment } = options;
    registry.register(await loadCommandTemplate(io.cwd, { template, handlers, environment }));
  }
  const stop = new StopRequest(io, null);
  const done = withDatabase(options, io, "create", async (database) => {
    await runEngine(session, database, registry, options, stop);
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
  stop: StopRequest,
): Promise<void> {
  const { io, printer } = session;
  const engine = createCommandEngine(io, database, registry, options, (text) => printer.note(text));
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
