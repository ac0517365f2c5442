import type { Command } from "commander";
import { z } from "zod";
import { coordinatorFiles } from "../generate/coordinator-files.ts";
import { readGeneratedName } from "../generate/generated-name.ts";
import { addGenerator, GenerateOptions, generateFiles } from "../generate/generator.ts";
import type { CommandSession } from "../session.ts";

const CoordinatorOptions = GenerateOptions.extend({ test: z.boolean() });

/** Adds `generate coordinator`: a class that decides what somebody may do. */
export function addCoordinatorGenerator(generate: Command, session: CommandSession): void {
  addGenerator(generate, "coordinator <name>", "auth")
    .description("write a class that decides who may do what, and a test of it")
    .option("--no-test", "leave out the test")
    .addHelpText("after", "\nExample:\n  $ tasker generate coordinator Company")
    .action(async (text: string, _options: unknown, command: Command) => {
      const options = CoordinatorOptions.parse(command.opts());
      const files = coordinatorFiles(readGeneratedName(text, "coordinator"));
      const wanted = files.filter(({ path }) => options.test || !path.endsWith(".test.ts"));
      await generateFiles(session, "coordinator", wanted, options);
    });
}
