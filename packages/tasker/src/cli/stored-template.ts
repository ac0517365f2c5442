import type { Command } from "commander";
import { z } from "zod";
import { filledText } from "./input/parse-option.ts";

/** Values of the options that {@link addStoredOptions} adds. */
export const STORED_CHOICE = { namespace: z.string().optional(), templateVersion: z.string().optional() };
const StoredChoice = z.object(STORED_CHOICE);

/** Adds the options that say which definition of a template in the database is meant. */
export function addStoredOptions(command: Command): Command {
  return command
    .option("--namespace <name>", "namespace of the template (default: default)", filledText("--namespace"))
    .option(
      "--template-version <version>",
      "its version, or the hash of a definition (default: the latest)",
      filledText("--template-version"),
    );
}

/** Parameters of the routes about a template in the database. */
export function storedTemplateOf(name: string, { namespace, templateVersion }: z.infer<typeof StoredChoice>) {
  return { params: { namespace: namespace ?? "default", name }, query: { version: templateVersion ?? "latest" } };
}
