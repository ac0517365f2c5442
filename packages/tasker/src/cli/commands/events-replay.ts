import { resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { InvalidRequestError } from "../../errors/index.ts";
import { findSubscriptions } from "../../event-log/find-subscriptions.ts";
import { checkWanted } from "../../event-log/reading/check-wanted.ts";
import { type ReplayReport, replayEvents } from "../../event-log/replay-events.ts";
import type { DurableSubscription, StartingPoint } from "../../event-log/subscriber-options.ts";
import { auditing } from "../auditing.ts";
import { UsageError } from "../errors.ts";
import { EXIT } from "../exit-code.ts";
import { GlobalOptions } from "../global-options.ts";
import { importHandlersModule } from "../input/load-handlers-module.ts";
import { collect, collectFilled, filledText, isoMoment, required, wholeNumber } from "../input/parse-option.ts";
import { refuseServer, withDatabase } from "../open-command-database.ts";
import { ProgressNotes } from "../progress-notes.ts";
import type { CommandSession } from "../session.ts";
import { StopRequest } from "../stop-request.ts";

const ReplayCommandOptions = GlobalOptions.extend({
  subscriber: z.string().optional(),
  module: z.array(z.string()).optional(),
  from: z.date().optional(),
  after: z.string().optional(),
  to: z.date().optional(),
  into: z.string().optional(),
  event: z.array(z.string()).optional(),
  namespace: z.string().optional(),
  task: z.number().optional(),
  json: z.boolean().default(false),
});
type ReplayCommandOptions = z.infer<typeof ReplayCommandOptions>;

/** Adds `events replay`: delivers events of the past once more. */
export function addReplayCommand(events: Command, session: CommandSession): void {
  events
    .command("replay")
    .description("deliver events of the past to the handler of a durable subscriber once more")
    .option("--subscriber <name>", "whose handler; its own position stays", filledText("--subscriber"))
    .option("--module <file>", "a module that exports durable subscriptions; can be given several times", collect)
    .option("--from <time>", "events of this moment and later (default: from the oldest on)", isoMoment("--from"))
    .option("--after <event>", "events after the one with this id, instead of --from", filledText("--after"))
    .option("--to <time>", "only events before this moment (default: what is there now)", isoMoment("--to"))
    .option("--into <name>", "make a new subscriber of this name, which stays", filledText("--into"))
    .option("--event <pattern>", "only these events; can be given several times", collectFilled("--event"))
    .option("--namespace <name>", "only events of tasks of this namespace", filledText("--namespace"))
    .option("--task <id>", "only events of this task", wholeNumber("--task", 1))
    .option("--json", "print the result as one JSON object")
    .addHelpText(
      "after",
      "\nExample:\n  $ tasker events replay --subscriber billing --module billing.ts --from 2026-03-01T00:00:00Z",
    )
    .action(async (_options: unknown, command: Command) => {
      session.finish(await replay(session, ReplayCommandOptions.parse(command.optsWithGlobals())));
    });
}

async function replay(session: CommandSession, options: ReplayCommandOptions): Promise<number> {
  const { io, printer } = session;
  refuseServer(options, "runs a handler here: 'events rewind' has whoever runs the subscriber deliver again");
  checkOptions(options);
  const subscription = await findSubscription(io.cwd, options);
  const stop = new StopRequest(io, null);
  const progress = new ProgressNotes(session, !options.json);
  const abort = new AbortController();
  void stop.asked.then(() => abort.abort());
  const record = auditing(io, {
    action: "event.replay",
    resource: "tasker.event",
    resourceId: subscription.name,
    namespace: options.namespace,
    details: {
      from: startOf(options),
      to: options.to,
      into: options.into,
      events: options.event,
      task_id: options.task,
    },
  });
  const work = withDatabase(options, io, "existing", async (database) => {
    await record(database);
    return replayEvents({
      ...subscription,
      ...(options.event === undefined ? {} : { events: options.event }),
      ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
      ...(options.task === undefined ? {} : { taskId: options.task }),
      ...(options.to === undefined ? {} : { to: options.to }),
      ...(options.into === undefined ? {} : { into: options.into }),
      from: startOf(options),
      database,
      clock: io.clock,
      signal: abort.signal,
      onProgress: ({ delivered }) => progress.tell(delivered, null),
      log: { info: () => {}, warn: (_facts, message) => printer.note(message) },
    });
  });
  try {
    const report = await Promise.race([work, stop.forced.then(() => null)]);
    progress.end();
    if (report === null) return EXIT.forced;
    tellReport(session, report, options.json);
    return report.stopped || report.dead > 0 ? EXIT.failed : EXIT.done;
  } finally {
    stop.release();
  }
}

/** @throws UsageError for events that there are none of, or a time that is no later than the one before */
function checkOptions({ event = [], from, to }: ReplayCommandOptions): void {
  try {
    checkWanted(event);
  } catch (error) {
    if (!(error instanceof InvalidRequestError)) throw error;
    throw new UsageError(`--event: ${error.message}`, { context: error.context });
  }
  if (from === undefined || to === undefined || from < to) return;
  throw new UsageError(`--to is ${to.toISOString()}, expected a time after --from, which is ${from.toISOString()}`, {
    context: { option: "--to", value: to.toISOString() },
  });
}

/** @throws UsageError if no module exports the subscription */
async function findSubscription(cwd: string, options: ReplayCommandOptions): Promise<DurableSubscription> {
  const name = required("--subscriber", options.subscriber);
  const found: DurableSubscription[] = [];
  for (const file of required("--module", options.module)) {
    found.push(...findSubscriptions(await importHandlersModule(cwd, resolve(cwd, file))));
  }
  const subscription = found.find((known) => known.name === name);
  if (subscription !== undefined) return subscription;
  const names = found.map((known) => known.name).join(", ");
  throw new UsageError(`no module exports a durable subscription '${name}'; found: ${names === "" ? "none" : names}`, {
    context: { field: "--subscriber", value: name, expected: names },
  });
}

function startOf({ from, after }: ReplayCommandOptions): StartingPoint {
  if (from !== undefined && after !== undefined) {
    throw new UsageError("--from and --after are both given, expected one of them");
  }
  return from ?? (after === undefined ? "beginning" : { after });
}

function tellReport({ printer }: CommandSession, report: ReplayReport, json: boolean): void {
  const { delivered, failed, dead, stopped } = report;
  if (json) printer.json({ delivered, failed, dead, stopped });
  else
    printer.text(
      `${stopped ? "stopped: " : ""}delivered ${delivered} events, ${failed} attempts failed, ${dead} given up`,
    );
}
