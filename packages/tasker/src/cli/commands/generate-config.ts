import type { Command } from "commander";
import { z } from "zod";
import { configurationFile } from "../generate/config-file.ts";
import { addGenerator, GenerateOptions, generateFiles } from "../generate/generator.ts";
import { filledText } from "../input/parse-option.ts";
import type { CommandSession } from "../session.ts";

const ConfigOptions = GenerateOptions.extend({ file: z.string() });

/** Adds `generate config`: a configuration file with every option as a comment. */
export function addConfigGenerator(generate: Command, session: CommandSession): void {
  addGenerator(generate, "config", ".")
    .description("write a configuration file with every option as a comment")
    .option("--file <name>", "name of the file", filledText("--file"), "tasker.yaml")
    .addHelpText("after", "\nExample:\n  $ tasker generate config")
    .action(async (_options: unknown, command: Command) => {
      const options = ConfigOptions.parse(command.opts());
      await generateFiles(session, "config", [{ path: options.file, text: configurationFile() }], options);
    });
}
