import type { Command } from "commander";
import { z } from "zod";
import type { BulkOutcome } from "../api/shapes/bulk-action.ts";
import { type Client, ROUTES } from "../client/index.ts";
import { ActionChoice } from "./action-command.ts";
import { withClient } from "./command-client.ts";
import { UsageError } from "./errors.ts";
import { EXIT } from "./exit-code.ts";
import { required, wholeNumber } from "./input/parse-option.ts";
import { ProgressNotes } from "./progress-notes.ts";
import { span } from "./render/span.ts";
import type { CommandSession } from "./session.ts";
import { addFilterOptions, FILTER_CHOICE, filterOf } from "./task-filter.ts";

/** Tasks that a request is about: few enough that progress is seen, and that one is over within the time of a request. */
const AT_A_TIME = 200;

const BulkChoice = ActionChoice.extend({
  ...FILTER_CHOICE,
  all: z.boolean().default(false),
  dryRun: z.boolean().default(false),
  limit: z.number().optional(),
});
type BulkChoice = z.infer<typeof BulkChoice>;
type Result = z.output<typeof BulkOutcome>["results"][number];
type Action = "retry" | "cancel" | "pause" | "resume" | "resolve";

/** Adds the options of a command that does something to all tasks that a filter fits. */
export function addBulkOptions(command: Command): Command {
  return addFilterOptions(command)
    .option("--all", "do it to all tasks that the filter fits")
    .option("--limit <n>", "to so many of them at most, the oldest first", wholeNumber("--limit", 1))
    .option("--dry-run", "only say which tasks");
}

/**
 * Does something to the tasks that a filter fits, and prints what came of it: what was refused and how many were done; or each
 * result as a JSON object. The exit code is 1 if something was refused or failed.
 */
export async function runBulkAction(session: CommandSession, command: Command, action: Action): Promise<void> {
  const { printer, finish } = session;
  const options = BulkChoice.parse(command.optsWithGlobals());
  if (!options.all && !options.dryRun && options.limit === undefined) {
    throw new UsageError("no id is given: --all means all tasks that the filter fits, --dry-run only says which", {
      context: { option: "--all" },
    });
  }
  const reason = options.dryRun ? "dry run" : required("--reason", options.reason);
  const results = await withClient(session, options, (client) => actOnAll(session, client, action, reason, options));
  const counts = new Map<string, number>();
  for (const result of results) {
    counts.set(result.outcome, (counts.get(result.outcome) ?? 0) + 1);
    if (options.json) printer.json(result);
    else if (isBad(result)) {
      printer.wrapped(
        [span(`${result.outcome} `, "bad"), span(result.message ?? `task ${result.task_id}`)],
        [span("  ")],
      );
    }
  }
  if (results.some(isBad)) finish(EXIT.failed);
  if (options.json) return;
  if (options.dryRun && results.length > 0) printer.text(results.map((result) => result.task_id).join(" "));
  const said = [...counts].map(([outcome, count]) => `${count} ${outcome === "would" ? "would be done" : outcome}`);
  printer.note(`${action}: ${said.length === 0 ? "no tasks" : said.join(", ")}`);
}

function isBad({ outcome }: Result): boolean {
  return outcome === "refused" || outcome === "failed";
}

async function actOnAll(
  session: CommandSession,
  client: Client,
  action: Action,
  reason: string,
  options: BulkChoice,
): Promise<readonly Result[]> {
  const { limit = Number.POSITIVE_INFINITY, dryRun, json } = options;
  const filter = filterOf(options);
  const isEveryTask = Object.values(filter).every((value) => value === undefined);
  const progress = new ProgressNotes(session, !json);
  const total = progress.isShown ? await countTasks(client, filter, limit) : null;
  const results: Result[] = [];
  let cursor: string | null = null;
  do {
    const page = { limit: Math.min(AT_A_TIME, limit - results.length), ...(cursor === null ? {} : { cursor }) };
    const body = { action, filter, all: isEveryTask, dry_run: dryRun, reason, ...page };
    const answer: z.output<typeof BulkOutcome> = await client.call(ROUTES.actOnTasks, { body });
    results.push(...answer.results);
    cursor = answer.next_cursor;
    progress.tell(results.length, total);
  } while (cursor !== null && results.length < limit);
  progress.end();
  return results;
}

async function countTasks(client: Client, filter: ReturnType<typeof filterOf>, limit: number): Promise<number | null> {
  const { total } = await client.call(ROUTES.listTasks, { query: { ...filter, limit: 1, total: true } });
  return total === null ? null : Math.min(total, limit);
}
