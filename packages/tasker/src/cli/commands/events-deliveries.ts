import type { Command } from "commander";
import { z } from "zod";
import { listWebhookDeliveries, type RecordedDelivery } from "../../subscribers/webhooks/list-deliveries.ts";
import { GlobalOptions } from "../global-options.ts";
import { filledText, wholeNumber } from "../input/parse-option.ts";
import { withDatabase } from "../open-command-database.ts";
import { formatDuration } from "../render/format-duration.ts";
import { renderTable, type TableColumn } from "../render/render-table.ts";
import { span } from "../render/span.ts";
import type { CommandSession } from "../session.ts";

const DeliveriesOptions = GlobalOptions.extend({
  subscriber: z.string().optional(),
  event: z.string().optional(),
  task: z.number().optional(),
  failed: z.boolean().default(false),
  before: z.number().optional(),
  limit: z.number().default(100),
  json: z.boolean().default(false),
});

const COLUMNS: readonly TableColumn<RecordedDelivery>[] = [
  { title: "id", cell: ({ id }) => span(String(id)), right: true },
  { title: "at", cell: ({ at }) => span(new Date(at).toISOString()) },
  { title: "subscriber", cell: ({ subscriber }) => span(subscriber, "strong") },
  { title: "event", cell: ({ eventName }) => span(eventName) },
  { title: "task", cell: ({ taskId }) => span(taskId === null ? "-" : String(taskId)), right: true },
  { title: "attempt", cell: ({ attempt }) => span(String(attempt)), right: true },
  { title: "status", cell: ({ status }) => span(status === null ? "-" : String(status)), right: true },
  { title: "took", cell: ({ duration }) => span(formatDuration(duration)), right: true },
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
    .option("--before <id>", "only those with smaller ids: to read on", wholeNumber("--before", 1))
    .option("--limit <n>", "most of them", wholeNumber("--limit", 1, 10_000), 100)
    .option("--json", "print one JSON object a line")
    .addHelpText("after", "\nExample:\n  $ tasker events deliveries --subscriber billing --failed")
    .action(async (_options: unknown, command: Command) => {
      const { io, printer } = session;
      const options = DeliveriesOptions.parse(command.optsWithGlobals());
      const { subscriber, event, task, before, failed, limit } = options;
      const deliveries = await withDatabase(options, io, "existing", (database) =>
        listWebhookDeliveries(database, {
          ...(subscriber === undefined ? {} : { subscriber }),
          ...(event === undefined ? {} : { eventId: event }),
          ...(task === undefined ? {} : { taskId: task }),
          ...(before === undefined ? {} : { before }),
          failed,
          limit,
        }),
      );
      if (options.json) for (const delivery of deliveries) printer.json(jsonOf(delivery));
      else if (deliveries.length === 0) printer.note("no deliveries");
      else printer.lines(renderTable(deliveries, COLUMNS, printer.columns));
    });
}

function jsonOf(delivery: RecordedDelivery): object {
  const { id, subscriber, eventId, eventName, taskId, url, attempt, delivered, status, error, duration, at } = delivery;
  return {
    id,
    at: new Date(at).toISOString(),
    subscriber,
    event_id: eventId,
    event_name: eventName,
    task_id: taskId,
    url,
    attempt,
    delivered,
    status,
    error,
    duration_ms: duration,
  };
}
