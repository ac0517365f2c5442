import type { Command } from "commander";
import { z } from "zod";
import { checkHistory } from "../../checker/check-history.ts";
import { EXIT } from "../exit-code.ts";
import { GlobalOptions } from "../global-options.ts";
import { isoMoment, wholeNumber } from "../input/parse-option.ts";
import { chooseDatabase, openChosenDatabase, requireDatabase } from "../open-command-database.ts";
import { ProgressNotes } from "../progress-notes.ts";
import { checkSummary, drawRule, jsonOfCheck } from "../render/history-lines.ts";
import type { CommandSession } from "../session.ts";

const CheckChoice = GlobalOptions.extend({
  taskId: z.number().optional(),
  since: z.date().optional(),
  limit: z.number(),
  json: z.boolean().default(false),
});

/** Adds `db check`: verifies the audit trail. */
export function addCheckCommand(db: Command, session: CommandSession): void {
  db.command("check")
    .description("verify the audit trail: transitions, the columns that follow from them, graphs, owners")
    .option("--task-id <id>", "only this task", wholeNumber("--task-id", 1))
    .option("--since <time>", "only tasks created since, such as 2027-01-31T09:00:00Z", isoMoment("--since"))
    .option("--limit <n>", "findings listed of each rule; all are counted", wholeNumber("--limit", 1, 10_000), 20)
    .option("--json", "print the whole report as one JSON object")
    .addHelpText("after", "\nExample:\n  $ tasker db check --since 2027-01-31T09:00:00Z")
    .action(async (_options: unknown, command: Command) => {
      session.finish(await checkDatabase(session, CheckChoice.parse(command.optsWithGlobals())));
    });
}

async function checkDatabase(session: CommandSession, options: z.infer<typeof CheckChoice>): Promise<number> {
  const { io, printer } = session;
  const choice = chooseDatabase(options, io);
  await requireDatabase(choice, io);
  const database = await openChosenDatabase(choice);
  const since = io.clock.now();
  const progress = new ProgressNotes(session, !options.json);
  try {
    const report = await checkHistory(database, {
      ...options,
      onProgress: (sofar) => progress.say(() => checkSummary(sofar, io.clock.now() - since)),
    });
    const ms = io.clock.now() - since;
    if (options.json) {
      printer.json(jsonOfCheck(report, ms));
    } else {
      for (const rule of report.rules.filter(({ violations, unclear }) => violations + unclear > 0)) {
        for (const line of drawRule(rule, printer.columns)) printer.raw(`${printer.paint(line)}\n`);
        printer.raw("\n");
      }
      for (const { rule, reason } of report.unchecked) printer.note(`not checked: ${rule}, ${reason}`);
      printer.text(checkSummary(report, ms));
    }
    return report.violations > 0 ? EXIT.failed : EXIT.done;
  } finally {
    progress.end();
    await database.close();
  }
}
