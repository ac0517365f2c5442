import type { Command } from "commander";
import { z } from "zod";
import { InvalidTemplateError } from "../../errors/index.ts";
import { hashDefinition } from "../../templates/definition-hash.ts";
import { UsageError } from "../errors.ts";
import { EXIT } from "../exit-code.ts";
import { GlobalOptions } from "../global-options.ts";
import { loadCommandDefinition } from "../load-command-template.ts";
import { refuseServer } from "../open-command-database.ts";
import type { CommandSession } from "../session.ts";
import { addReadingOptions, READING_CHOICE, readingOf } from "../template-reading.ts";

const ValidateOptions = GlobalOptions.extend(READING_CHOICE).extend({ json: z.boolean().default(false) });

/** Adds `template validate`: says what is wrong with templates. */
export function addValidateCommand(template: Command, session: CommandSession): void {
  addReadingOptions(template.command("validate <files...>"))
    .description("check templates and say what is wrong with them, with line and column")
    .option("--json", "print one JSON object a line, also for what is wrong")
    .addHelpText("after", "\nExample:\n  $ tasker template validate templates/*.yaml")
    .action(async (files: string[], _options: unknown, command: Command) => {
      session.finish(await validateTemplates(session, files, ValidateOptions.parse(command.optsWithGlobals())));
    });
}

async function validateTemplates(
  { io, printer }: CommandSession,
  files: readonly string[],
  options: z.infer<typeof ValidateOptions>,
): Promise<number> {
  refuseServer(options, "reads files");
  const problems: unknown[] = [];
  const reading = readingOf(options, io);
  for (const file of files) {
    try {
      const definition = await loadCommandDefinition(io.cwd, { template: file, ...reading });
      const { name, namespace, version, steps } = definition;
      if (options.json) {
        printer.json({
          file,
          valid: true,
          issues: [],
          definition: { namespace, name, version, hash: hashDefinition(definition) },
        });
      } else printer.text(`${file}: ${namespace}/${name} ${version}, ${steps.length} steps`);
    } catch (error) {
      problems.push(error);
      if (options.json && error instanceof InvalidTemplateError) {
        printer.json({ file, valid: false, issues: error.issues, definition: null });
      } else printer.error(error);
    }
  }
  if (problems.some((problem) => problem instanceof UsageError)) return EXIT.usage;
  return problems.length === 0 ? EXIT.done : EXIT.failed;
}
