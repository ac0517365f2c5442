import type { Command } from "commander";
import { z } from "zod";
import { ROUTES } from "../../client/index.ts";
import { withClient } from "../command-client.ts";
import { UsageError } from "../errors.ts";
import { GlobalOptions } from "../global-options.ts";
import { filledText, isoMoment } from "../input/parse-option.ts";
import type { CommandSession } from "../session.ts";
import { UNSAID_REASON } from "../unsaid-reason.ts";

const RewindOptions = GlobalOptions.extend({
  from: z.date().optional(),
  all: z.boolean().default(false),
  reason: z.string().default(UNSAID_REASON),
  actor: z.string().optional(),
  json: z.boolean().default(false),
});

/** Adds `events rewind`: has a durable subscriber be told events of the past once more, by whoever runs it. */
export function addRewindCommand(events: Command, session: CommandSession): void {
  const { printer } = session;
  events
    .command("rewind")
    .description("set a durable subscriber back: whoever runs it delivers everything from then on once more")
    .argument("<subscriber>", "name of the subscriber", filledText("subscriber"))
    .option("--from <time>", "events of this moment and later", isoMoment("--from"))
    .option("--all", "from the oldest event on that there is")
    .option("--reason <text>", "why, for the audit log", filledText("--reason"))
    .option("--actor <name>", "who, for the audit log (default: the user of the system)", filledText("--actor"))
    .option("--json", "print a JSON object")
    .addHelpText("after", "\nExample:\n  $ tasker events rewind billing --from 2027-01-31T09:00:00Z")
    .action(async (subscriber: string, _options: unknown, command: Command) => {
      const options = RewindOptions.parse(command.optsWithGlobals());
      const { from, all, reason } = options;
      if (all === (from !== undefined)) {
        throw new UsageError(
          `${all ? "both" : "neither"} of --from and --all ${all ? "are" : "is"} given, expected one`,
          {
            context: { option: "--from" },
          },
        );
      }
      const body = { from: from?.toISOString() ?? ("beginning" as const), reason };
      const answer = await withClient(session, options, (client) =>
        client.call(ROUTES.replaySubscriber, { params: { subscriber }, body }),
      );
      if (options.json) printer.json(answer);
      else printer.text(`${subscriber} is set back: ${answer.lag_events} rows of the log are to be read again`);
    });
}
