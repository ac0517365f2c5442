import { resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import type { Database } from "../../database/database.ts";
import { openArchiveFile } from "../../database/retention/archive-file.ts";
import { prune } from "../../database/retention/prune.ts";
import { DEFAULT_BATCH_SIZE, LARGEST_BATCH_SIZE, PRUNABLE_STATES } from "../../database/retention/prune-options.ts";
import type { PruneReport } from "../../database/retention/prune-report.ts";
import { auditing } from "../auditing.ts";
import { EXIT } from "../exit-code.ts";
import { GlobalOptions } from "../global-options.ts";
import { age, filledText, required, secondsBetween, wholeNumber, wordList } from "../input/parse-option.ts";
import { withDatabase } from "../open-command-database.ts";
import { ProgressNotes } from "../progress-notes.ts";
import { readWholeConfiguration } from "../read-command-configuration.ts";
import { jsonOfPrune, pruneSummary, pruneTotals, skippedNotes } from "../render/prune-lines.ts";
import type { CommandSession } from "../session.ts";
import { StopRequest } from "../stop-request.ts";

const DAY_MS = 86_400_000;

const PruneChoice = GlobalOptions.extend({
  olderThan: z.number().optional(),
  state: z.array(z.enum(PRUNABLE_STATES)).optional(),
  namespace: z.string().optional(),
  name: z.string().optional(),
  archive: z.string().optional(),
  batchSize: z.number(),
  pause: z.number(),
  dryRun: z.boolean().default(false),
  json: z.boolean().default(false),
});
type PruneChoice = z.infer<typeof PruneChoice>;

/** Adds `db prune`: deletes old finished tasks. */
export function addPruneCommand(db: Command, session: CommandSession): void {
  db.command("prune")
    .description("delete finished tasks with everything that belongs to them")
    .option(
      "--older-than <age>",
      "only tasks that ended this long ago: 30d, 12h, 2w, 90m (default: engine.task_retention_days)",
      age("--older-than"),
    )
    .option(
      "--state <states>",
      `only tasks in these states, separated by commas: ${PRUNABLE_STATES.join(", ")} (default: complete)`,
      wordList("--state", PRUNABLE_STATES),
    )
    .option("--name <name>", "only tasks of templates with this name", filledText("--name"))
    .option("--namespace <name>", "only tasks of this namespace", filledText("--namespace"))
    .option("--archive <file>", "first write each task to this file, a line each; compressed if it ends in .gz")
    .option(
      "--batch-size <n>",
      `tasks deleted at once, at most ${LARGEST_BATCH_SIZE}`,
      wholeNumber("--batch-size", 1, LARGEST_BATCH_SIZE),
      DEFAULT_BATCH_SIZE,
    )
    .option("--pause <seconds>", "rest between two batches", secondsBetween("--pause", 0, 3600), 0)
    .option("--dry-run", "count what would be deleted; change nothing")
    .option("--json", "print the result as one JSON object")
    .addHelpText(
      "after",
      "\nExample:\n  $ tasker db prune --older-than 30d --state complete,cancelled --archive old.jsonl.gz",
    )
    .action(async (_options: unknown, command: Command) => {
      session.finish(await pruneDatabase(session, PruneChoice.parse(command.optsWithGlobals())));
    });
}

async function pruneDatabase(session: CommandSession, options: PruneChoice): Promise<number> {
  const { io } = session;
  const {
    document: { engine },
  } = await readWholeConfiguration(options, io);
  const { task_retention_days: taskDays, audit_log_retention_days: auditDays } = engine;
  const before = (ms: number) => new Date(io.clock.now() - ms);
  const olderThan = before(
    required("--older-than", options.olderThan ?? (taskDays === null ? undefined : taskDays * DAY_MS)),
  );
  const auditOlderThan = auditDays === null ? undefined : before(auditDays * DAY_MS);
  const stop = new StopRequest(io, null);
  const { state, namespace, name, archive } = options;
  const record = auditing(io, {
    action: "task.prune",
    resource: "tasker.task",
    namespace,
    details: { older_than: olderThan, states: state, name, archive, audit_older_than: auditOlderThan },
  });
  const work = withDatabase(options, io, "existing", async (database) => {
    if (!options.dryRun) await record(database);
    const report = await pruneUntilStopped(session, database, { ...options, olderThan, auditOlderThan }, stop);
    return report.stopped ? EXIT.failed : EXIT.done;
  });
  try {
    return await Promise.race([work, stop.forced.then(() => EXIT.forced)]);
  } finally {
    stop.release();
  }
}

async function pruneUntilStopped(
  session: CommandSession,
  database: Database,
  options: Omit<PruneChoice, "olderThan"> & { readonly olderThan: Date; readonly auditOlderThan: Date | undefined },
  stop: StopRequest,
): Promise<PruneReport> {
  const { io, printer } = session;
  const { dryRun, olderThan, auditOlderThan, state: states, namespace, name, batchSize, pause } = options;
  const since = io.clock.now();
  const progress = new ProgressNotes(session, !options.json);
  const abort = new AbortController();
  void stop.asked.then((reason) => {
    progress.end();
    if (reason === "signal") printer.note("stopping after this batch; once more to stop at once");
    abort.abort();
  });
  const path = options.archive;
  const archive = path === undefined || dryRun ? undefined : await openArchiveFile(resolve(io.cwd, path));
  try {
    const report = await prune(database, {
      olderThan,
      auditOlderThan,
      states,
      namespace,
      name,
      batchSize,
      archive,
      dryRun,
      signal: abort.signal,
      pauseMs: pause * 1000,
      onProgress: (sofar) => progress.say(() => pruneTotals(sofar, { dryRun, ms: io.clock.now() - since })),
      clock: io.clock,
    });
    progress.end();
    const ms = io.clock.now() - since;
    if (options.json) printer.json(jsonOfPrune(report, { dryRun, olderThan, archive: path ?? null, ms }));
    else printer.text(pruneSummary(report, { dryRun, ms }));
    for (const note of skippedNotes(report)) printer.note(note);
    return report;
  } finally {
    await archive?.close();
  }
}
