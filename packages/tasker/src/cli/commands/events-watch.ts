import type { Command } from "commander";
import { z } from "zod";
import { ROUTES } from "../../client/index.ts";
import { withClient } from "../command-client.ts";
import { addEventFilterOptions, EVENT_FILTER } from "../event-filter.ts";
import { followStream } from "../follow-stream.ts";
import { GlobalOptions } from "../global-options.ts";
import { collectFilled } from "../input/parse-option.ts";
import { drawLoggedEvent } from "../render/logged-event.ts";
import type { CommandSession } from "../session.ts";
import { StopRequest } from "../stop-request.ts";

const WatchOptions = GlobalOptions.extend({
  ...EVENT_FILTER,
  template: z.array(z.string()).optional(),
  json: z.boolean().default(false),
});

/** Adds `events watch`: what happens, as it happens. */
export function addEventWatchCommand(events: Command, session: CommandSession): void {
  const { io, printer } = session;
  addEventFilterOptions(events.command("watch"))
    .description("print what happens to tasks and steps, as it happens, until stopped")
    .option(
      "--template <name>",
      "only events of tasks of templates with this name; can be given several times",
      collectFilled("--template"),
    )
    .option("--json", "print one JSON object a line")
    .addHelpText("after", "\nExample:\n  $ tasker events watch --event task.* --namespace shop")
    .action(async (_options: unknown, command: Command) => {
      const options = WatchOptions.parse(command.optsWithGlobals());
      const { event: name, namespace, template, task } = options;
      const filter = { name, namespace, template, task_id: task };
      const stop = new StopRequest(io, null);
      const abort = new AbortController();
      void stop.asked.then(() => abort.abort());
      try {
        await withClient(session, options, async (client) => {
          const open = (after: string | undefined) =>
            client.send(ROUTES.streamEvents, { query: { ...filter, after }, signal: abort.signal });
          for await (const told of followStream(io, open, abort.signal)) {
            if (told === null) continue;
            if (options.json) printer.json(told);
            else printer.line(drawLoggedEvent(told));
          }
        });
      } finally {
        stop.release();
      }
    });
}
