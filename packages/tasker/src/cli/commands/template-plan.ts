import type { Command } from "commander";
import { z } from "zod";
import type { DefinitionName, TemplatePlan } from "../../api/shapes/template.ts";
import { ROUTES } from "../../client/index.ts";
import { definitionToDocument } from "../../templates/definition-document.ts";
import { withClient } from "../command-client.ts";
import { GlobalOptions } from "../global-options.ts";
import { filledText } from "../input/parse-option.ts";
import { loadCommandDefinition } from "../load-command-template.ts";
import { drawDefinitionDiff } from "../render/definition-diff-lines.ts";
import { type Line, span } from "../render/span.ts";
import type { CommandSession } from "../session.ts";
import { addReadingOptions, READING_CHOICE, readingOf } from "../template-reading.ts";
import { UNSAID_REASON } from "../unsaid-reason.ts";

const PlanOptions = GlobalOptions.extend(READING_CHOICE).extend({
  reason: z.string().default(UNSAID_REASON),
  actor: z.string().optional(),
  json: z.boolean().default(false),
});
type PlanOptions = z.infer<typeof PlanOptions>;
type Plan = z.output<typeof TemplatePlan>;

/** Adds `template plan` and `template apply`: what a file would change in the database, and the change. */
export function addTemplatePlanCommands(template: Command, session: CommandSession): void {
  const { printer } = session;
  addReadingOptions(template.command("plan <file>"))
    .description("say what putting a template into the database would change; nothing is changed")
    .option("--json", "print a JSON object")
    .addHelpText("after", "\nExample:\n  $ tasker template plan order.yaml")
    .action(async (file: string, _options: unknown, command: Command) => {
      const options = PlanOptions.parse(command.optsWithGlobals());
      const body = await bodyOf(session, file, options);
      const plan = await withClient(session, options, (client) => client.call(ROUTES.planTemplate, { body }));
      if (options.json) printer.raw(`${JSON.stringify(plan, null, 2)}\n`);
      else printer.lines(drawPlan(plan));
    });
  addReadingOptions(template.command("apply <file>"))
    .description("put a template into the database, where it is the latest of its name; handlers are not part of it")
    .option("--reason <text>", "why, for the audit log", filledText("--reason"))
    .option("--actor <name>", "who, for the audit log (default: the user of the system)", filledText("--actor"))
    .option("--json", "print a JSON object")
    .addHelpText("after", '\nExample:\n  $ tasker template apply order.yaml --reason "charge may be tried again"')
    .action(async (file: string, _options: unknown, command: Command) => {
      const options = PlanOptions.parse(command.optsWithGlobals());
      const body = await bodyOf(session, file, options);
      const { plan, answer } = await withClient(session, options, async (client) => {
        const planned = await client.call(ROUTES.planTemplate, { body });
        const { base_hash } = planned;
        const applying = { ...body, base_hash, reason: options.reason };
        return { plan: planned, answer: await client.call(ROUTES.applyTemplate, { body: applying }) };
      });
      if (options.json) printer.json(answer);
      else {
        printer.lines(drawPlan(plan));
        printer.note(answer.applied ? "applied" : "it is the latest already: nothing was changed");
      }
    });
}

async function bodyOf({ io }: CommandSession, template: string, options: PlanOptions) {
  const definition = await loadCommandDefinition(io.cwd, { template, ...readingOf(options, io) });
  return { document: definitionToDocument(definition) };
}

function drawPlan({ definition, diff, running }: Plan): readonly Line[] {
  return [
    ...(diff === null ? [[span(`${describe(definition)}: new`, "good")]] : drawDefinitionDiff(diff)),
    ...running.map(({ tasks, ...kept }) => [
      span(
        `${tasks} ${tasks === 1 ? "task that is not over keeps" : "tasks that are not over keep"} ${describe(kept)}`,
      ),
    ]),
  ];
}

function describe({ namespace, name, version, hash }: z.output<typeof DefinitionName>): string {
  return `${namespace}/${name} ${version} (${hash.slice(0, 12)})`;
}
