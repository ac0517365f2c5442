import type { Command } from "commander";
import { z } from "zod";
import { removeSubscriber } from "../../event-log/manage/remove-subscriber.ts";
import { listSubscribers, type SubscriberStatus } from "../../event-log/manage/subscriber-status.ts";
import { auditing } from "../auditing.ts";
import { GlobalOptions } from "../global-options.ts";
import { filledText } from "../input/parse-option.ts";
import { withDatabase } from "../open-command-database.ts";
import { formatDuration } from "../render/format-duration.ts";
import { renderTable, type TableColumn } from "../render/render-table.ts";
import { span } from "../render/span.ts";
import type { CommandSession } from "../session.ts";

const SubscribersOptions = GlobalOptions.extend({
  remove: z.string().optional(),
  json: z.boolean().default(false),
});

const COLUMNS: readonly TableColumn<SubscriberStatus>[] = [
  { title: "subscriber", cell: ({ name }) => span(name, "strong") },
  { title: "behind", cell: ({ lagEvents }) => span(String(lagEvents)), right: true },
  {
    title: "since",
    cell: ({ lagSeconds }) => span(lagSeconds === 0 ? "-" : formatDuration(lagSeconds * 1_000)),
    right: true,
  },
  { title: "kept", cell: ({ held }) => span(String(held)), right: true },
  { title: "dead", cell: ({ deadLetters }) => span(String(deadLetters)), right: true },
  { title: "run by", cell: ({ owner }) => span(owner ?? "nobody") },
];

/** Adds `events subscribers`: the durable subscribers, and how far each is behind. */
export function addSubscribersCommand(events: Command, session: CommandSession): void {
  events
    .command("subscribers")
    .description("list durable subscribers with their lag, or remove one")
    .option(
      "--remove <name>",
      "forget this subscriber: its position, the events kept for it, its dead letters",
      filledText("--remove"),
    )
    .option("--json", "print one JSON object a line")
    .addHelpText("after", "\nExample:\n  $ tasker events subscribers --remove old-report")
    .action(async (_options: unknown, command: Command) => {
      const { io, printer } = session;
      const options = SubscribersOptions.parse(command.optsWithGlobals());
      await withDatabase(options, io, "existing", async (database) => {
        if (options.remove !== undefined) {
          const { remove: name } = options;
          const record = auditing(io, { action: "subscriber.remove", resource: "tasker.subscriber", resourceId: name });
          await database.transaction(async (transaction) => {
            await removeSubscriber(transaction, name);
            await record(transaction);
          });
          printer.note(`removed ${name}`);
          return;
        }
        const subscribers = await listSubscribers(database, { clock: io.clock });
        if (options.json) for (const subscriber of subscribers) printer.json(jsonOf(subscriber));
        else if (subscribers.length === 0) printer.note("no durable subscribers");
        else printer.lines(renderTable(subscribers, COLUMNS, printer.columns));
      });
    });
}

function jsonOf({
  name,
  filter,
  owner,
  lagEvents,
  lagSeconds,
  held,
  deadLetters,
  createdAt,
}: SubscriberStatus): object {
  return {
    name,
    filter,
    owner,
    lag_events: lagEvents,
    lag_seconds: lagSeconds,
    held,
    dead_letters: deadLetters,
    created_at: createdAt.toISOString(),
  };
}
