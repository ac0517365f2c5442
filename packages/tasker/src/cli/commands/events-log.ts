import type { Command } from "commander";
import { z } from "zod";
import { ROUTES } from "../../client/index.ts";
import { withClient } from "../command-client.ts";
import { addEventFilterOptions, EVENT_FILTER } from "../event-filter.ts";
import { GlobalOptions } from "../global-options.ts";
import { filledText, isoMoment, wholeNumber } from "../input/parse-option.ts";
import { readPages } from "../read-pages.ts";
import { drawLoggedEvent } from "../render/logged-event.ts";
import type { CommandSession } from "../session.ts";

const LogOptions = GlobalOptions.extend({
  ...EVENT_FILTER,
  since: z.date().optional(),
  until: z.date().optional(),
  limit: z.number(),
  cursor: z.string().optional(),
  json: z.boolean().default(false),
});

/** Adds `events log`: what the log of events has. */
export function addEventLogCommand(events: Command, session: CommandSession): void {
  const { printer } = session;
  addEventFilterOptions(events.command("log"))
    .description("list what happened, as the log of events has it, oldest first")
    .option("--since <time>", "events of this moment and later (default: from the oldest on)", isoMoment("--since"))
    .option("--until <time>", "only events before this moment", isoMoment("--until"))
    .option("--limit <n>", "most of them", wholeNumber("--limit", 1, 1_000_000), 100)
    .option("--cursor <text>", "go on where a page ended, as that page said", filledText("--cursor"))
    .option("--json", "print one JSON object a line")
    .addHelpText("after", "\nExample:\n  $ tasker events log --event step.failed --since 2027-01-31T09:00:00Z")
    .action(async (_options: unknown, command: Command) => {
      const options = LogOptions.parse(command.optsWithGlobals());
      const { event: name, namespace, task, since, until } = options;
      const filter = {
        ...{ name, namespace, task_id: task },
        ...{ from: since?.toISOString(), before: until?.toISOString() },
      };
      const { items, next } = await withClient(session, options, (client) =>
        readPages(options, async (page) => {
          const answer = await client.call(ROUTES.listEvents, { query: { ...filter, ...page } });
          return { items: answer.events, next: answer.next_cursor };
        }),
      );
      for (const one of items) {
        if (options.json) printer.json(one);
        else printer.line(drawLoggedEvent(one));
      }
      if (items.length === 0 && !options.json) printer.note("no events");
      if (next !== null && !options.json) printer.note(`more with --cursor ${next}`);
    });
}
