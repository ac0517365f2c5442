import { Argument, type Command } from "commander";
import { z } from "zod";
import {
  type DeadLetter,
  discardDeadLetters,
  findDeadLetter,
  listDeadLetters,
  retryDeadLetters,
} from "../../event-log/manage/dead-letters.ts";
import { eventToJson } from "../../subscribers/event-json.ts";
import { auditing } from "../auditing.ts";
import { GlobalOptions } from "../global-options.ts";
import { filledText, wholeNumber } from "../input/parse-option.ts";
import { withDatabase } from "../open-command-database.ts";
import { renderTable, type TableColumn } from "../render/render-table.ts";
import { span } from "../render/span.ts";
import type { CommandSession } from "../session.ts";

const LetterOptions = GlobalOptions.extend({
  subscriber: z.string().optional(),
  event: z.string().optional(),
  task: z.number().optional(),
  after: z.number().default(0),
  limit: z.number().default(100),
  json: z.boolean().default(false),
});

const StoredError = z.object({ message: z.string() });

const COLUMNS: readonly TableColumn<DeadLetter>[] = [
  { title: "id", cell: ({ id }) => span(String(id)), right: true },
  { title: "subscriber", cell: ({ subscriber }) => span(subscriber, "strong") },
  { title: "event", cell: ({ event }) => span(event.name) },
  { title: "task", cell: ({ event }) => span(event.taskId === null ? "-" : String(event.taskId)), right: true },
  { title: "attempts", cell: ({ attempts }) => span(String(attempts)), right: true },
  { title: "died", cell: ({ diedAt }) => span(diedAt.toISOString()) },
  { title: "error", cell: ({ error }) => span(messageOf(error)) },
];

/** Adds `dead-letter list`, `show`, `retry` and `discard`. */
export function addDeadLetterCommands(letters: Command, session: CommandSession): void {
  letters
    .command("list")
    .description("list events that durable subscribers could not take, oldest first")
    .option("--subscriber <name>", "only those of this subscriber", filledText("--subscriber"))
    .option("--event <name>", "only events of this name", filledText("--event"))
    .option("--task <id>", "only events of this task", wholeNumber("--task", 1))
    .option("--after <id>", "only those with greater ids: to read on", wholeNumber("--after", 0))
    .option("--limit <n>", "most of them", wholeNumber("--limit", 1, 10_000), 100)
    .option("--json", "print one JSON object a line")
    .addHelpText("after", "\nExample:\n  $ tasker dead-letter list --subscriber billing")
    .action((_options: unknown, command: Command) => list(session, command));
  letters
    .command("show")
    .description("show a dead letter with its event")
    .addArgument(idArgument("<id>"))
    .addHelpText("after", "\nExample:\n  $ tasker dead-letter show 12")
    .action(async (id: number, _options: unknown, command: Command) => {
      const { io, printer } = session;
      const options = LetterOptions.parse(command.optsWithGlobals());
      const letter = await withDatabase(options, io, "existing", (database) => findDeadLetter(database, id));
      printer.raw(`${JSON.stringify(jsonOf(letter), null, 2)}\n`);
    });
  addChange(letters, session, "retry", "give dead letters to their subscribers once more");
  addChange(letters, session, "discard", "delete dead letters");
}

function addChange(letters: Command, session: CommandSession, verb: "retry" | "discard", description: string): void {
  letters
    .command(verb)
    .description(description)
    .addArgument(idArgument("<id...>"))
    .addHelpText("after", `\nExample:\n  $ tasker dead-letter ${verb} 12 13`)
    .action(async (ids: readonly number[], _options: unknown, command: Command) => {
      const { io, printer } = session;
      const options = LetterOptions.parse(command.optsWithGlobals());
      const deed = { action: `dead_letter.${verb}`, resource: "tasker.dead_letter" };
      const alongside = auditing(io, ...ids.map((resourceId) => ({ ...deed, resourceId })));
      await withDatabase(options, io, "existing", (database) =>
        verb === "retry"
          ? retryDeadLetters(database, ids, { clock: io.clock, alongside })
          : discardDeadLetters(database, ids, { alongside }),
      );
      printer.note(`${verb === "retry" ? "to be tried again" : "discarded"}: ${ids.join(", ")}`);
    });
}

/** An argument of one id or, with dots in it, of several. */
function idArgument(flags: string): Argument {
  const parse = wholeNumber("id", 1);
  const isMany = flags.includes("...");
  return new Argument(flags, "id of a dead letter").argParser<number | number[]>((text, earlier) =>
    isMany ? [...(Array.isArray(earlier) ? earlier : []), parse(text)] : parse(text),
  );
}

async function list({ io, printer }: CommandSession, command: Command): Promise<void> {
  const { subscriber, event, task, after, limit, json, ...options } = LetterOptions.parse(command.optsWithGlobals());
  const letters = await withDatabase(options, io, "existing", (database) =>
    listDeadLetters(database, {
      ...(subscriber === undefined ? {} : { subscriber }),
      ...(event === undefined ? {} : { event }),
      ...(task === undefined ? {} : { taskId: task }),
      after,
      limit,
    }),
  );
  if (json) for (const letter of letters) printer.json(jsonOf(letter));
  else if (letters.length === 0) printer.note("no dead letters");
  else printer.lines(renderTable(letters, COLUMNS, printer.columns));
}

function messageOf(error: unknown): string {
  const parsed = StoredError.safeParse(error);
  return parsed.success ? parsed.data.message : "-";
}

function jsonOf({ id, subscriber, event, attempts, error, firstAt, diedAt }: DeadLetter): object {
  return {
    id,
    subscriber,
    attempts,
    error,
    first_at: firstAt.toISOString(),
    died_at: diedAt.toISOString(),
    event: eventToJson(event),
  };
}
