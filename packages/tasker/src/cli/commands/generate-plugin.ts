import type { Command } from "commander";
import { z } from "zod";
import { readGeneratedName } from "../generate/generated-name.ts";
import { addGenerator, GenerateOptions, generateFiles } from "../generate/generator.ts";
import { skeletonFiles } from "../generate/skeleton.ts";
import { oneOf } from "../input/parse-option.ts";
import type { CommandSession } from "../session.ts";

const KINDS = ["engine", "export"] as const;

const PluginOptions = GenerateOptions.extend({ kind: z.enum(KINDS) });

/** Adds `generate plugin`: a class that takes part in an engine's life, or that exports figures. */
export function addPluginGenerator(generate: Command, session: CommandSession): void {
  addGenerator(generate, "plugin <name>", "plugins")
    .description("write a plugin, and a test of it")
    .option(
      "--kind <kind>",
      "engine (takes part in an engine's life) or export (gives figures in a format of its own)",
      oneOf("--kind", KINDS),
      "engine",
    )
    .addHelpText("after", "\nExample:\n  $ tasker generate plugin CountFailures")
    .action(async (text: string, _options: unknown, command: Command) => {
      const options = PluginOptions.parse(command.opts());
      const suffix = options.kind === "engine" ? "plugin" : "exporter";
      const files = await skeletonFiles(`plugin/${options.kind}`, readGeneratedName(text, suffix));
      await generateFiles(session, "plugin", files, options);
    });
}
