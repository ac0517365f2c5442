import type { Command } from "commander";
import { z } from "zod";
import { ROUTES } from "../../client/index.ts";
import { HandlerNotFoundError } from "../../errors/index.ts";
import { definitionToDocument } from "../../templates/definition-document.ts";
import { diffDefinitions } from "../../templates/diff-definitions.ts";
import { withClient } from "../command-client.ts";
import { GlobalOptions } from "../global-options.ts";
import { loadCommandDefinition } from "../load-command-template.ts";
import { refuseServer } from "../open-command-database.ts";
import { drawDefinitionDiff } from "../render/definition-diff-lines.ts";
import type { CommandSession } from "../session.ts";
import { addReadingOptions, READING_CHOICE, readingOf } from "../template-reading.ts";

const DiffOptions = GlobalOptions.extend(READING_CHOICE).extend({ json: z.boolean().default(false) });
type DiffOptions = z.infer<typeof DiffOptions>;

/** Adds `template diff`: says what changed between two templates, step by step. */
export function addDiffCommand(template: Command, session: CommandSession): void {
  addReadingOptions(template.command("diff <before> [after]"))
    .description("say what changed between two templates, or from the one that the database has to a file")
    .option("--json", "print a JSON object")
    .addHelpText(
      "after",
      "\nExample:\n  $ tasker template diff order.yaml\n  $ tasker template diff old/order.yaml order.yaml",
    )
    .action(async (before: string, after: string | undefined, _options: unknown, command: Command) => {
      const { printer } = session;
      const options = DiffOptions.parse(command.optsWithGlobals());
      const diff =
        after === undefined
          ? await diffWithStored(session, before, options)
          : await diffFiles(session, before, after, options);
      if (options.json) printer.raw(`${JSON.stringify(diff, null, 2)}\n`);
      else printer.lines(drawDefinitionDiff(diff));
    });
}

async function diffFiles({ io }: CommandSession, before: string, after: string, options: DiffOptions) {
  refuseServer(options, "reads files");
  const load = (template: string) => loadCommandDefinition(io.cwd, { template, ...readingOf(options, io) });
  return diffDefinitions(await load(before), await load(after));
}

/** From what came last under the name of a template, whatever its version. */
async function diffWithStored(session: CommandSession, template: string, options: DiffOptions) {
  const { io } = session;
  const after = await loadCommandDefinition(io.cwd, { template, ...readingOf(options, io) });
  const body = { document: definitionToDocument(after) };
  const { diff } = await withClient(session, options, (client) => client.call(ROUTES.planTemplate, { body }));
  if (diff !== null) return diff;
  const { namespace, name } = after;
  throw new HandlerNotFoundError(`the database knows no template ${namespace}.${name}`, {
    context: { namespace, name },
  });
}
