import { relative, resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { readEvents } from "../generate/event-choice.ts";
import type { GeneratedFile } from "../generate/generated-file.ts";
import { readGeneratedName } from "../generate/generated-name.ts";
import { subscriberFiles } from "../generate/subscriber-files.ts";
import { writeFiles } from "../generate/write-files.ts";
import { collect, filledText } from "../input/parse-option.ts";
import type { CommandSession } from "../session.ts";

/** Values of the options that every generator has. */
const GenerateOptions = z.object({
  dir: z.string(),
  force: z.boolean().default(false),
  json: z.boolean().default(false),
});
type GenerateOptions = z.infer<typeof GenerateOptions>;

const SubscriberOptions = GenerateOptions.extend({
  events: z.array(z.string()).default(["task.completed", "task.failed"]),
  durable: z.boolean().default(false),
});

/** Adds `generate subscriber`: writes code to begin with, and a test of it. */
export function addGenerateCommands(program: Command, session: CommandSession): void {
  const generate = program.command("generate").description("write code to begin with, and a test of it");
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

/** Adds a command with the options that every generator has. */
function addGenerator(generate: Command, usage: string, directory: string): Command {
  return generate
    .command(usage)
    .option("--dir <directory>", "where to", filledText("--dir"), directory)
    .option("--force", "replace files that are there")
    .option("--json", "print what was written as one JSON object");
}

/** Writes files and lists them. */
async function generateFiles(
  { io, printer }: CommandSession,
  kind: string,
  files: readonly GeneratedFile[],
  { dir, force, json }: GenerateOptions,
): Promise<void> {
  const directory = resolve(io.cwd, dir);
  const hint = "--force replaces them";
  const written = await writeFiles(io, files, { directory, shown: dir, force, hint });
  if (json) {
    printer.json({ kind, directory: relative(io.cwd, directory) || ".", files: written });
    return;
  }
  for (const { path, replaced } of written) printer.text(`${replaced ? "replaced" : "wrote"} ${path}`);
}
