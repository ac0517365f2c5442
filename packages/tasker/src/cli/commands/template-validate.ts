import type { Command } from "commander";
import { z } from "zod";
import { UsageError } from "../errors.ts";
import { EXIT } from "../exit-code.ts";
import { loadCommandDefinition } from "../load-command-template.ts";
import type { CommandSession } from "../session.ts";
import { addReadingOptions, READING_CHOICE, readingOf } from "../template-reading.ts";

const ValidateOptions = z.object(READING_CHOICE);

/** Adds `template validate`: says what is wrong with templates. */
export function addValidateCommand(template: Command, session: CommandSession): void {
  addReadingOptions(template.command("validate <files...>"))
    .description("check templates and say what is wrong with them, with line and column")
    .addHelpText("after", "\nExample:\n  $ tasker template validate templates/*.yaml")
    .action(async (files: string[], _options: unknown, command: Command) => {
      session.finish(await validateTemplates(session, files, ValidateOptions.parse(command.opts())));
    });
}

async function validateTemplates(
  { io, printer }: CommandSession,
  files: readonly string[],
  options: z.infer<typeof ValidateOptions>,
): Promise<number> {
  const problems: unknown[] = [];
  const reading = readingOf(options, io);
  for (const template of files) {
    try {
      const { name, namespace, version, steps } = await loadCommandDefinition(io.cwd, { template, ...reading });
      printer.text(`${template}: ${namespace}/${name} ${version}, ${steps.length} steps`);
    } catch (error) {
      problems.push(error);
      printer.error(error);
    }
  }
  if (problems.some((problem) => problem instanceof UsageError)) return EXIT.usage;
  return problems.length === 0 ? EXIT.done : EXIT.failed;
}
