import type { Command } from "commander";
import { z } from "zod";
import type { WebhookDelivery } from "../../api/shapes/subscriber.ts";
import { ROUTES } from "../../client/index.ts";
import { withClient } from "../command-client.ts";
import { GlobalOptions } from "../global-options.ts";
import { filledText, wholeNumber } from "../input/parse-option.ts";
import { readPages } from "../read-pages.ts";
import { formatDuration } from "../render/format-duration.ts";
import { renderTable, type TableColumn } from "../render/render-table.ts";
import { span } from "../render/span.ts";
import type { CommandSession } from "../session.ts";

const DeliveriesOptions = GlobalOptions.extend({
  subscriber: z.string().optional(),
  event: z.string().optional(),
  task: z.number().optional(),
  failed: z.boolean().default(false),
  limit: z.number().default(100),
  cursor: z.string().optional(),
  json: z.boolean().default(false),
});

type Delivery = z.output<typeof WebhookDelivery>;

const COLUMNS: readonly TableColumn<Delivery>[] = [
  { title: "id", cell: ({ delivery_id: id }) => span(String(id)), right: true },
  { title: "at", cell: ({ at }) => span(at) },
  { title: "subscriber", cell: ({ subscriber }) => span(subscriber, "strong") },
  { title: "event", cell: ({ event_name: name }) => span(name) },
  { title: "task", cell: ({ task_id: id }) => span(id === null ? "-" : String(id)), right: true },
  { title: "attempt", cell: ({ attempt }) => span(String(attempt)), right: true },
  { title: "status", cell: ({ status }) => span(status === null ? "-" : String(status)), right: true },
  { title: "took", cell: ({ duration_ms: ms }) => span(formatDuration(ms)), right: true },
  { title: "error", cell: ({ error }) => span(error ?? "-") },
];

/** Adds `events deliveries`: the attempts to deliver events to webhooks. */
export function addDeliveriesCommand(events: Command, session: CommandSession): void {
  events
    .command("deliveries")
    .description("list attempts to deliver events to webhooks, newest first")
    .option("--subscriber <name>", "only those of this subscriber", filledText("--subscriber"))
    .option("--event <id>", "only those of the event with this id", filledText("--event"))
    .option("--task <id>", "only those of events of this task", wholeNumber("--task", 1))
    .option("--failed", "only those that did not deliver")
    .option("--limit <n>", "most of them", wholeNumber("--limit", 1, 10_000), 100)
    .option("--cursor <text>", "go on where a page ended, as that page said", filledText("--cursor"))
    .option("--json", "print one JSON object a line")
    .addHelpText("after", "\nExample:\n  $ tasker events deliveries --subscriber billing --failed")
    .action(async (_options: unknown, command: Command) => {
      await listDeliveries(session, DeliveriesOptions.parse(command.optsWithGlobals()));
    });
}

async function listDeliveries(session: CommandSession, options: z.infer<typeof DeliveriesOptions>): Promise<void> {
  const { printer } = session;
  const { subscriber, event, task, failed } = options;
  const { items, next } = await withClient(session, options, (client) =>
    readPages(options, async (page) => {
      const query = { subscriber, event_id: event, task_id: task, failed, ...page };
      const answer = await client.call(ROUTES.listWebhookDeliveries, { query });
      return { items: answer.deliveries, next: answer.next_cursor };
    }),
  );
  if (options.json) for (const delivery of items) printer.json(delivery);
  else if (items.length === 0) printer.note("no deliveries");
  else printer.lines(renderTable(items, COLUMNS, printer.columns));
  if (next !== null && !options.json) printer.note(`more with --cursor ${next}`);
}
