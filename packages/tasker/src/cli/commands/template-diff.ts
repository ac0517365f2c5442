import type { Command } from "commander";
import { z } from "zod";
import type { Database } from "../../database/database.ts";
import { HandlerNotFoundError } from "../../errors/index.ts";
import { latestDefinition } from "../../reading/templates/latest-definition.ts";
import type { TaskDefinition } from "../../templates/definition.ts";
import { definitionFromDocument } from "../../templates/definition-document.ts";
import { diffDefinitions } from "../../templates/diff-definitions.ts";
import { GlobalOptions } from "../global-options.ts";
import { loadCommandDefinition } from "../load-command-template.ts";
import { withDatabase } from "../open-command-database.ts";
import { drawDefinitionDiff } from "../render/definition-diff-lines.ts";
import type { CommandSession } from "../session.ts";
import { addReadingOptions, READING_CHOICE, readingOf } from "../template-reading.ts";

const DiffOptions = GlobalOptions.extend(READING_CHOICE).extend({ json: z.boolean().default(false) });
type DiffOptions = z.infer<typeof DiffOptions>;

/** Adds `template diff`: says what changed between two templates, step by step. */
export function addDiffCommand(template: Command, session: CommandSession): void {
  addReadingOptions(template.command("diff <before> [after]"))
    .description("say what changed between two templates, or from the one that was last submitted to a file")
    .option("--json", "print a JSON object")
    .addHelpText(
      "after",
      "\nExample:\n  $ tasker template diff order.yaml\n  $ tasker template diff old/order.yaml order.yaml",
    )
    .action(async (before: string, after: string | undefined, _options: unknown, command: Command) => {
      await diffTemplates(session, before, after, DiffOptions.parse(command.optsWithGlobals()));
    });
}

async function diffTemplates(
  { io, printer }: CommandSession,
  first: string,
  second: string | undefined,
  options: DiffOptions,
): Promise<void> {
  const load = (template: string) => loadCommandDefinition(io.cwd, { template, ...readingOf(options, io) });
  const after = await load(second ?? first);
  const before =
    second === undefined
      ? await withDatabase(options, io, "existing", (database) => readStored(database, after))
      : await load(first);
  const diff = diffDefinitions(before, after);
  if (options.json) printer.raw(`${JSON.stringify(diff, null, 2)}\n`);
  else printer.lines(drawDefinitionDiff(diff));
}

/** What was last submitted under the name of a definition, whatever its version. */
async function readStored(database: Database, { namespace, name }: TaskDefinition): Promise<TaskDefinition> {
  const [row] = await database.run(latestDefinition, [namespace, name]);
  if (row !== undefined) return definitionFromDocument(row.definition);
  throw new HandlerNotFoundError(`no task of the template ${namespace}.${name} was ever submitted to this database`, {
    context: { namespace, name },
  });
}
