import type { Command } from "commander";
import { z } from "zod";
import { type Client, ROUTES } from "../../client/index.ts";
import { withClient } from "../command-client.ts";
import { EXIT } from "../exit-code.ts";
import { csvLine } from "../export/csv-line.ts";
import { EXPORT_FORMATS, EXPORT_KINDS, type ExportKind, rowsOf } from "../export/export-kind.ts";
import { type ExportSink, openSink } from "../export/export-sink.ts";
import { GlobalOptions } from "../global-options.ts";
import { filledText, oneOf, wholeNumber } from "../input/parse-option.ts";
import { ProgressNotes } from "../progress-notes.ts";
import type { CommandSession } from "../session.ts";
import { StopRequest } from "../stop-request.ts";
import { addFilterOptions, FILTER_CHOICE, filterOf } from "../task-filter.ts";

/** Tasks of which the rows are asked for at once. */
const AT_ONCE = 8;
/** Tasks that are listed at a time. */
const ON_A_PAGE = 200;

const ExportOptions = GlobalOptions.extend({
  ...FILTER_CHOICE,
  format: z.enum(EXPORT_FORMATS),
  json: z.boolean().default(false),
  output: z.string().optional(),
  limit: z.number().optional(),
});
type ExportOptions = z.infer<typeof ExportOptions>;

/** Adds `export tasks`, `export steps` and `export transitions`. */
export function addExportTasksCommands(parent: Command, session: CommandSession): void {
  for (const kind of EXPORT_KINDS) {
    addFilterOptions(parent.command(kind.name).description(kind.description))
      .option("--limit <n>", "of so many tasks at most, the oldest first", wholeNumber("--limit", 1))
      .option("--format <name>", "jsonl, a JSON object a line, or csv", oneOf("--format", EXPORT_FORMATS), "jsonl")
      .option("--json", "short for --format jsonl")
      .option("--output <file>", "write to this file instead of standard output", filledText("--output"))
      .addHelpText(
        "after",
        `\nExample:\n  $ tasker export ${kind.name} --state complete --format csv --output ${kind.name}.csv`,
      )
      .action(async (_options: unknown, command: Command) => {
        const { format, json, ...options } = ExportOptions.parse(command.optsWithGlobals());
        await exportTasks(session, kind, { ...options, json, format: json ? "jsonl" : format });
      });
  }
}

async function exportTasks(session: CommandSession, kind: ExportKind, options: ExportOptions): Promise<void> {
  const { io, printer, finish } = session;
  const stop = new StopRequest(io, null);
  // On a terminal the rows themselves are seen.
  const progress = new ProgressNotes(session, options.output !== undefined || !io.terminal.isTty);
  try {
    const { tasks, rows } = await withClient(session, options, async (client) => {
      const sink = await openSink(session, options.output);
      try {
        return await writeRows(client, kind, options, { sink, stop, progress });
      } finally {
        progress.end();
        await sink.close();
      }
    });
    const what = kind.name === "tasks" && rows === tasks ? `${tasks} tasks` : `${rows} ${kind.name} of ${tasks} tasks`;
    if (stop.reason !== null) {
      finish(EXIT.failed);
      printer.note(`stopped after ${what}`);
    } else if (options.output !== undefined) printer.note(`wrote ${what} to ${options.output}`);
  } finally {
    stop.release();
  }
}

async function writeRows(
  client: Client,
  kind: ExportKind,
  options: ExportOptions,
  { sink, stop, progress }: { readonly sink: ExportSink; readonly stop: StopRequest; readonly progress: ProgressNotes },
) {
  const { format, limit = Number.POSITIVE_INFINITY } = options;
  const total = progress.isShown ? await countTasks(client, options) : null;
  if (format === "csv") await sink.write(csvLine(kind.columns));
  let tasks = 0;
  let rows = 0;
  let cursor: string | null = null;
  do {
    const page = { limit: Math.min(ON_A_PAGE, limit - tasks), ...(cursor === null ? {} : { cursor }) };
    const query = { ...filterOf(options), order: "task_id" as const, ...page };
    const answer: z.output<typeof ROUTES.listTasks.answer> = await client.call(ROUTES.listTasks, { query });
    for (let at = 0; at < answer.tasks.length && stop.reason === null; at += AT_ONCE) {
      const group = answer.tasks.slice(at, at + AT_ONCE);
      const found = (await Promise.all(group.map((task) => rowsOf(kind, client, task, format)))).flat();
      const lines = found.map((row) =>
        format === "csv" ? csvLine(kind.columns.map((column) => row[column])) : `${JSON.stringify(row)}\n`,
      );
      await sink.write(lines.join(""));
      tasks += group.length;
      rows += found.length;
      progress.tell(tasks, total);
    }
    cursor = answer.next_cursor;
  } while (cursor !== null && tasks < limit && stop.reason === null);
  return { tasks, rows };
}

async function countTasks(client: Client, options: ExportOptions): Promise<number | null> {
  const query = { ...filterOf(options), limit: 1, total: true };
  const { total } = await client.call(ROUTES.listTasks, { query });
  return total === null ? null : Math.min(total, options.limit ?? total);
}
