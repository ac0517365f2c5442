import type { Command } from "commander";
import { z } from "zod";
import type { Subscriber } from "../../api/shapes/subscriber.ts";
import { ROUTES } from "../../client/index.ts";
import { withClient } from "../command-client.ts";
import { GlobalOptions } from "../global-options.ts";
import { filledText } from "../input/parse-option.ts";
import { formatDuration } from "../render/format-duration.ts";
import { renderTable, type TableColumn } from "../render/render-table.ts";
import { span } from "../render/span.ts";
import type { CommandSession } from "../session.ts";
import { UNSAID_REASON } from "../unsaid-reason.ts";

const SubscribersOptions = GlobalOptions.extend({
  remove: z.string().optional(),
  reason: z.string().default(UNSAID_REASON),
  json: z.boolean().default(false),
});

const COLUMNS: readonly TableColumn<z.output<typeof Subscriber>>[] = [
  { title: "subscriber", cell: ({ name }) => span(name, "strong") },
  { title: "behind", cell: ({ lag_events: events }) => span(String(events)), right: true },
  {
    title: "since",
    cell: ({ lag_seconds: seconds }) => span(seconds === 0 ? "-" : formatDuration(seconds * 1_000)),
    right: true,
  },
  { title: "kept", cell: ({ held }) => span(String(held)), right: true },
  { title: "dead", cell: ({ dead_letters: letters }) => span(String(letters)), right: true },
  { title: "run by", cell: ({ owner }) => span(owner ?? "nobody") },
];

/** Adds `events subscribers`: the durable subscribers, and how far each is behind. */
export function addSubscribersCommand(events: Command, session: CommandSession): void {
  const { printer } = session;
  events
    .command("subscribers")
    .description("list durable subscribers with their lag, or remove one")
    .option(
      "--remove <name>",
      "forget this subscriber: its position, the events kept for it, its dead letters",
      filledText("--remove"),
    )
    .option("--reason <text>", "why it is removed, for the audit log", filledText("--reason"))
    .option("--json", "print one JSON object a line")
    .addHelpText("after", "\nExample:\n  $ tasker events subscribers --remove old-report")
    .action(async (_options: unknown, command: Command) => {
      const { remove, reason, json, ...options } = SubscribersOptions.parse(command.optsWithGlobals());
      await withClient(session, options, async (client) => {
        if (remove !== undefined) {
          const params = { subscriber: remove };
          const removed = await client.call(ROUTES.removeSubscriber, { params, body: { reason } });
          if (json) printer.json(removed);
          else printer.note(`removed ${remove}`);
          return;
        }
        const { subscribers } = await client.call(ROUTES.listSubscribers);
        if (json) for (const subscriber of subscribers) printer.json(subscriber);
        else if (subscribers.length === 0) printer.note("no durable subscribers");
        else printer.lines(renderTable(subscribers, COLUMNS, printer.columns));
      });
    });
}
