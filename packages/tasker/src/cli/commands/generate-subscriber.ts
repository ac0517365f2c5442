import type { Command } from "commander";
import { z } from "zod";
import { readEvents } from "../generate/event-choice.ts";
import { readGeneratedName } from "../generate/generated-name.ts";
import { addGenerator, GenerateOptions, generateFiles } from "../generate/generator.ts";
import { subscriberFiles } from "../generate/subscriber-files.ts";
import { collect } from "../input/parse-option.ts";
import type { CommandSession } from "../session.ts";

const SubscriberOptions = GenerateOptions.extend({
  events: z.array(z.string()).default(["task.completed", "task.failed"]),
  durable: z.boolean().default(false),
});

/** Adds `generate subscriber`: a class that takes events. */
export function addSubscriberGenerator(generate: Command, session: CommandSession): void {
  addGenerator(generate, "subscriber <name>", "subscribers")
    .description("write a class that takes events, and a test of it")
    .option(
      "--events <names>",
      "names and patterns of its events, separated by commas (default: task.completed,task.failed)",
      collect,
    )
    .option("--durable", "take events from the event log, which delivers again what was not taken")
    .addHelpText(
      "after",
      "\nExample:\n  $ tasker generate subscriber OrderAlerts --events 'task.failed,order.*' --durable",
    )
    .action(async (text: string, _options: unknown, command: Command) => {
      const options = SubscriberOptions.parse(command.opts());
      const name = readGeneratedName(text, "subscriber");
      const events = readEvents("--events", options.events);
      const files = subscriberFiles({ name, events, durable: options.durable });
      await generateFiles(session, "subscriber", files, options);
    });
}
