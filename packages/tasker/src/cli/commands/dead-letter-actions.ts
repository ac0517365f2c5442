import { Argument, type Command } from "commander";
import { z } from "zod";
import { type Client, ROUTES } from "../../client/index.ts";
import { withClient } from "../command-client.ts";
import { UsageError } from "../errors.ts";
import { GlobalOptions } from "../global-options.ts";
import { filledText, wholeNumber } from "../input/parse-option.ts";
import { ProgressNotes } from "../progress-notes.ts";
import type { CommandSession } from "../session.ts";
import { UNSAID_REASON } from "../unsaid-reason.ts";

const ActionOptions = GlobalOptions.extend({
  subscriber: z.string().optional(),
  event: z.string().optional(),
  task: z.number().optional(),
  all: z.boolean().default(false),
  dryRun: z.boolean().default(false),
  reason: z.string().default(UNSAID_REASON),
  actor: z.string().optional(),
  json: z.boolean().default(false),
});
type ActionOptions = z.infer<typeof ActionOptions>;

/** A command that does something to dead letters. */
interface DeadLetterVerb {
  readonly verb: "retry" | "discard";
  /** What became of them: `discarded`. */
  readonly done: string;
  readonly description: string;
  readonly route: typeof ROUTES.retryDeadLetter;
}

/** Adds a command that does something to dead letters: those that are named, or those that a filter fits. */
export function addDeadLetterAction(letters: Command, session: CommandSession, action: DeadLetterVerb): void {
  const { verb, done, description } = action;
  const { printer } = session;
  letters
    .command(verb)
    .description(description)
    .addArgument(idsArgument())
    .option("--subscriber <name>", "those of this subscriber", filledText("--subscriber"))
    .option("--event <name>", "those of events of this name", filledText("--event"))
    .option("--task <id>", "those of events of this task", wholeNumber("--task", 1))
    .option("--all", "all that there are, or all that these fit")
    .option("--dry-run", "only say which ones")
    .option("--reason <text>", "why, for the audit log", filledText("--reason"))
    .option("--actor <name>", "who, for the audit log (default: the user of the system)", filledText("--actor"))
    .option("--json", "print a JSON object")
    .addHelpText(
      "after",
      `\nExamples:\n  $ tasker dead-letter ${verb} 12 13\n  $ tasker dead-letter ${verb} --subscriber billing --dry-run`,
    )
    .action(async (ids: readonly number[], _options: unknown, command: Command) => {
      const options = ActionOptions.parse(command.optsWithGlobals());
      checkChoice(ids, options);
      const changed = await withClient(session, options, (client) =>
        ids.length > 0 ? actOnEach(client, action, ids, options) : actOnAll(session, client, action, options),
      );
      const said = options.dryRun ? `would be ${done}` : done;
      if (options.json) printer.json({ action: verb, dry_run: options.dryRun, dead_letter_ids: changed });
      else printer.note(changed.length === 0 ? "no dead letters" : `${said}: ${changed.join(", ")}`);
    });
}

function idsArgument(): Argument {
  const parse = wholeNumber("id", 1);
  return new Argument("[id...]", "ids of dead letters; without them, those that the filter fits").argParser<number[]>(
    (text, earlier) => [...(Array.isArray(earlier) ? earlier : []), parse(text)],
  );
}

/** @throws UsageError unless either letters are named, or a filter with `--all` or `--dry-run` */
function checkChoice(ids: readonly number[], options: ActionOptions): void {
  const { subscriber, event, task, all, dryRun } = options;
  const isFilter = all || dryRun || [subscriber, event, task].some((value) => value !== undefined);
  if (ids.length > 0 && isFilter) throw new UsageError("ids and a filter are both given, expected one of them");
  if (ids.length === 0 && !all && !dryRun) {
    throw new UsageError("no id is given: --all means all that the filter fits, --dry-run only says which", {
      context: { option: "--all" },
    });
  }
}

async function actOnEach(
  client: Client,
  { route }: DeadLetterVerb,
  ids: readonly number[],
  { reason }: ActionOptions,
): Promise<readonly number[]> {
  for (const id of ids) await client.call(route, { params: { dead_letter_id: id }, body: { reason } });
  return ids;
}

/** Goes on as long as there are more: a request takes a part of them. */
async function actOnAll(
  session: CommandSession,
  client: Client,
  { verb }: DeadLetterVerb,
  { subscriber, event, task, dryRun, reason, json }: ActionOptions,
): Promise<readonly number[]> {
  const progress = new ProgressNotes(session, !json);
  const changed: number[] = [];
  const filter = { subscriber, event, task_id: task };
  const isEveryLetter = Object.values(filter).every((value) => value === undefined);
  const body = { action: verb, filter, all: isEveryLetter, dry_run: dryRun, reason };
  for (let isMore = true; isMore; ) {
    const answer = await client.call(ROUTES.actOnDeadLetters, { body });
    changed.push(...answer.dead_letter_ids);
    progress.tell(changed.length, null);
    isMore = answer.more && !dryRun && answer.dead_letter_ids.length > 0;
  }
  progress.end();
  return changed;
}
