import type { Command } from "commander";
import { z } from "zod";
import { readGeneratedName } from "../generate/generated-name.ts";
import { addGenerator, GenerateOptions, generateFiles } from "../generate/generator.ts";
import { skeletonFiles } from "../generate/skeleton.ts";
import { oneOf } from "../input/parse-option.ts";
import type { CommandSession } from "../session.ts";

const TYPES = ["custom", "jwt", "api_token", "session"] as const;

const AuthenticatorOptions = GenerateOptions.extend({ type: z.enum(TYPES), test: z.boolean() });

/** Adds `generate authenticator`: a class that finds out whom a request comes from. */
export function addAuthenticatorGenerator(generate: Command, session: CommandSession): void {
  addGenerator(generate, "authenticator <name>", "auth")
    .description("write a class that finds out whom a request comes from, and a test of it")
    .option(
      "--type <type>",
      "custom (a proxy that has asked already), jwt, api_token, or session (a signed cookie)",
      oneOf("--type", TYPES),
      "custom",
    )
    .option("--no-test", "leave out the test")
    .addHelpText("after", "\nExample:\n  $ tasker generate authenticator Staff --type jwt")
    .action(async (text: string, _options: unknown, command: Command) => {
      const options = AuthenticatorOptions.parse(command.opts());
      const files = await skeletonFiles(`authenticator/${options.type}`, readGeneratedName(text, "authenticator"));
      const wanted = files.filter(({ path }) => options.test || !path.endsWith(".test.ts"));
      await generateFiles(session, "authenticator", wanted, options);
    });
}
