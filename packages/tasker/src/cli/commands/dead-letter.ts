import type { Command } from "commander";
import { z } from "zod";
import type { DeadLetter } from "../../api/shapes/dead-letter.ts";
import { ROUTES } from "../../client/index.ts";
import { withClient } from "../command-client.ts";
import { GlobalOptions } from "../global-options.ts";
import { filledText, wholeNumber } from "../input/parse-option.ts";
import { readPages } from "../read-pages.ts";
import { drawJson } from "../render/json-lines.ts";
import { renderTable, type TableColumn } from "../render/render-table.ts";
import { type Line, span } from "../render/span.ts";
import type { CommandSession } from "../session.ts";
import { addDeadLetterAction } from "./dead-letter-actions.ts";

type Letter = z.output<typeof DeadLetter>;

const LetterOptions = GlobalOptions.extend({
  subscriber: z.string().optional(),
  event: z.string().optional(),
  task: z.number().optional(),
  limit: z.number().default(100),
  cursor: z.string().optional(),
  json: z.boolean().default(false),
});

const StoredError = z.object({ message: z.string() });

const COLUMNS: readonly TableColumn<Letter>[] = [
  { title: "id", cell: ({ dead_letter_id: id }) => span(String(id)), right: true },
  { title: "subscriber", cell: ({ subscriber }) => span(subscriber, "strong") },
  { title: "event", cell: ({ event }) => span(event.name) },
  { title: "task", cell: ({ event }) => span(event.task_id === null ? "-" : String(event.task_id)), right: true },
  { title: "attempts", cell: ({ attempts }) => span(String(attempts)), right: true },
  { title: "died", cell: ({ died_at: at }) => span(at) },
  { title: "error", cell: ({ error }) => span(messageOf(error)) },
];

/** Adds `dead-letter list`, `show`, `retry` and `discard`. */
export function addDeadLetterCommands(letters: Command, session: CommandSession): void {
  const { printer } = session;
  letters
    .command("list")
    .description("list events that durable subscribers could not take, oldest first")
    .option("--subscriber <name>", "only those of this subscriber", filledText("--subscriber"))
    .option("--event <name>", "only events of this name", filledText("--event"))
    .option("--task <id>", "only events of this task", wholeNumber("--task", 1))
    .option("--limit <n>", "most of them", wholeNumber("--limit", 1, 10_000), 100)
    .option("--cursor <text>", "go on where a page ended, as that page said", filledText("--cursor"))
    .option("--json", "print one JSON object a line")
    .addHelpText("after", "\nExample:\n  $ tasker dead-letter list --subscriber billing")
    .action((_options: unknown, command: Command) => list(session, LetterOptions.parse(command.optsWithGlobals())));
  letters
    .command("show")
    .description("show a dead letter: its event, and why it was given up")
    .argument("<id>", "id of a dead letter", wholeNumber("id", 1))
    .option("--json", "print a JSON object")
    .addHelpText("after", "\nExample:\n  $ tasker dead-letter show 12")
    .action(async (id: number, _options: unknown, command: Command) => {
      const options = LetterOptions.parse(command.optsWithGlobals());
      const letter = await withClient(session, options, (client) =>
        client.call(ROUTES.getDeadLetter, { params: { dead_letter_id: id } }),
      );
      if (options.json) printer.raw(`${JSON.stringify(letter, null, 2)}\n`);
      else printer.lines(drawLetter(letter, printer.columns));
    });
  addDeadLetterAction(letters, session, {
    verb: "retry",
    done: "to be tried again",
    description: "give dead letters to their subscribers once more",
    route: ROUTES.retryDeadLetter,
  });
  addDeadLetterAction(letters, session, {
    verb: "discard",
    done: "discarded",
    description: "delete dead letters",
    route: ROUTES.discardDeadLetter,
  });
}

async function list(session: CommandSession, options: z.infer<typeof LetterOptions>): Promise<void> {
  const { printer } = session;
  const { subscriber, event, task } = options;
  const { items, next } = await withClient(session, options, (client) =>
    readPages(options, async (page) => {
      const query = { subscriber, event, task_id: task, ...page };
      const { dead_letters: letters, next_cursor: following } = await client.call(ROUTES.listDeadLetters, { query });
      return { items: letters, next: following };
    }),
  );
  if (options.json) for (const letter of items) printer.json(letter);
  else if (items.length === 0) printer.note("no dead letters");
  else printer.lines(renderTable(items, COLUMNS, printer.columns));
  if (next !== null && !options.json) printer.note(`more with --cursor ${next}`);
}

function drawLetter(letter: Letter, columns: number): Line[] {
  const { dead_letter_id: id, subscriber, event, attempts, died_at: at, error } = letter;
  return [
    [span(`dead letter ${id}`, "strong"), span(`  of ${subscriber}, given up at ${at} after ${attempts} attempts`)],
    [span(messageOf(error), "bad")],
    [],
    [span("event", "strong")],
    ...drawJson(event, "  ", columns),
    [],
    [span("error", "strong")],
    ...drawJson(error, "  ", columns),
  ];
}

function messageOf(error: unknown): string {
  const parsed = StoredError.safeParse(error);
  return parsed.success ? parsed.data.message : "-";
}
