import type { Command } from "commander";
import { z } from "zod";
import type { ReadingOptions } from "../templates/parse-template.ts";
import type { CommandIo } from "./io.ts";

/** Values of the options that {@link addReadingOptions} adds. */
export const READING_CHOICE = {
  environment: z.string().optional(),
  expandVariables: z.boolean().default(false),
  strictSchema: z.boolean().default(false),
};

/** Adds the options that say how a command reads templates. */
export function addReadingOptions(command: Command): Command {
  return command
    .option("--environment <name>", "entry of the templates' 'environments' to use")
    .option("--expand-variables", `put environment variables in the place of \${NAME} and \${NAME:-default}`)
    .option("--strict-schema", "require every declared property of the context, and take no others");
}

/** How templates are read by the options that were given. */
export function readingOf(
  options: {
    readonly environment?: string | undefined;
    readonly expandVariables: boolean;
    readonly strictSchema: boolean;
  },
  { env }: Pick<CommandIo, "env">,
): ReadingOptions {
  return {
    environment: options.environment,
    variables: options.expandVariables ? env : undefined,
    strictSchema: options.strictSchema,
  };
}
