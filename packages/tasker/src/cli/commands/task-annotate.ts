import type { Command } from "commander";
import { z } from "zod";
import { ROUTES } from "../../client/index.ts";
import { withClient } from "../command-client.ts";
import { GlobalOptions } from "../global-options.ts";
import { parseJson } from "../input/parse-json.ts";
import { filledText, wholeNumber } from "../input/parse-option.ts";
import type { CommandSession } from "../session.ts";

const AnnotateOptions = GlobalOptions.extend({
  actor: z.string().optional(),
  json: z.boolean().default(false),
});

/** Adds `task annotate`: attaches a value to a task. */
export function addAnnotateCommand(task: Command, session: CommandSession): void {
  task
    .command("annotate")
    .description("attach a value to a task, under a type")
    .argument("<id>", "id of the task", wholeNumber("id", 1))
    .argument("<type>", "type of the annotation: made if there is none of this name", filledText("type"))
    .argument("<json>", "the value")
    .option("--actor <name>", "who, for the audit log (default: the user of the system)", filledText("--actor"))
    .option("--json", "print a JSON object")
    .addHelpText("after", `\nExample:\n  $ tasker task annotate 12 ticket '{"id": 4711}'`)
    .action(async (taskId: number, type: string, text: string, _options: unknown, command: Command) => {
      const { printer } = session;
      const options = AnnotateOptions.parse(command.optsWithGlobals());
      const value = z.json().parse(parseJson(text, "json"));
      const annotation = await withClient(session, options, (client) =>
        client.call(ROUTES.addAnnotation, { params: { task_id: taskId }, body: { type, value } }),
      );
      if (options.json) printer.json(annotation);
      else printer.text(String(annotation.annotation_id));
    });
}
