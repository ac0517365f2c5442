import { join } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import type { GeneratedFile } from "../generate/generated-file.ts";
import { readGeneratedName } from "../generate/generated-name.ts";
import { addGenerator, GenerateOptions, generateFiles } from "../generate/generator.ts";
import { skeletonFiles } from "../generate/skeleton.ts";
import { subscriberFiles } from "../generate/subscriber-files.ts";
import { filledText } from "../input/parse-option.ts";
import type { CommandSession } from "../session.ts";

/** The events of the example, which the subscriber takes. */
const EXAMPLE_EVENTS = ["order.processed", "inventory.low_stock"];

const EventsOptions = GenerateOptions.extend({
  eventsDir: z.string(),
  subscribersDir: z.string(),
  example: z.boolean(),
});

/** Adds `generate events`: a directory for the declarations of custom events, and a subscriber that takes them. */
export function addEventsGenerator(generate: Command, session: CommandSession): void {
  addGenerator(generate, "events", ".")
    .description("write a directory that declares custom events, and a subscriber that takes them")
    .option(
      "--events-dir <directory>",
      "directory of the declarations, below --dir",
      filledText("--events-dir"),
      "config/tasker/events",
    )
    .option(
      "--subscribers-dir <directory>",
      "directory of the subscriber, below --dir",
      filledText("--subscribers-dir"),
      "subscribers",
    )
    .option("--no-example", "leave out the example and its subscriber")
    .addHelpText("after", "\nExample:\n  $ tasker generate events")
    .action(async (_options: unknown, command: Command) => {
      const options = EventsOptions.parse(command.opts());
      await generateFiles(session, "events", await eventFiles(options), options);
    });
}

async function eventFiles(options: z.infer<typeof EventsOptions>): Promise<readonly GeneratedFile[]> {
  const { eventsDir, subscribersDir, example } = options;
  const name = readGeneratedName("custom_events", "");
  const declarations = await skeletonFiles(example ? "events/example" : "events/empty", name);
  const subscriber = example ? subscriberFiles({ name, events: EXAMPLE_EVENTS, durable: false }) : [];
  return [
    ...declarations.map(({ path, text }) => ({ path: join(eventsDir, path), text })),
    ...subscriber.map(({ path, text }) => ({ path: join(subscribersDir, path), text })),
  ];
}
