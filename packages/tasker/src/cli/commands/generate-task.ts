import type { Command } from "commander";
import { z } from "zod";
import { readGeneratedName } from "../generate/generated-name.ts";
import { addGenerator, GenerateOptions, generateFiles } from "../generate/generator.ts";
import { DEFAULT_STEPS, readSteps, taskFiles } from "../generate/task/task-files.ts";
import { collect, filledText } from "../input/parse-option.ts";
import type { CommandSession } from "../session.ts";

const TaskOptions = GenerateOptions.extend({
  moduleNamespace: z.string().optional(),
  namespace: z.string(),
  taskVersion: z.string(),
  description: z.string().optional(),
  steps: z.array(z.string()).optional(),
});

/** Adds `generate task`: a template with the handlers of its steps. */
export function addTaskGenerator(generate: Command, session: CommandSession): void {
  addGenerator(generate, "task <name>", "tasks")
    .description("write a template, the handlers of its steps, and a test that runs it")
    .option("--module-namespace <name>", "folder below the directory that the files are put in")
    .option("--namespace <name>", "namespace of the task", filledText("--namespace"), "default")
    .option("--task-version <version>", "version of the template", filledText("--task-version"), "0.1.0")
    .option("--description <text>", "what the task does", filledText("--description"))
    .option(
      "--steps <names>",
      `names of its steps, each after the one before, separated by commas (default: ${DEFAULT_STEPS.join(",")})`,
      collect,
    )
    .addHelpText(
      "after",
      "\nExample:\n  $ tasker generate task ProcessOrder --namespace shop --steps check_order,charge_card,send_receipt",
    )
    .action(async (text: string, _options: unknown, command: Command) => {
      const options = TaskOptions.parse(command.opts());
      const { moduleNamespace: folder } = options;
      const files = taskFiles({
        name: readGeneratedName(text, "task"),
        folder: folder === undefined ? null : readGeneratedName(folder, "", "--module-namespace").kebab,
        namespace: options.namespace,
        version: options.taskVersion,
        description: options.description ?? null,
        steps: options.steps === undefined ? null : readSteps(options.steps),
      });
      await generateFiles(session, "task", files, options);
    });
}
