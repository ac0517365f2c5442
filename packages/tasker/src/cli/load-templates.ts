import { resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { DiscoveryError } from "../errors/index.ts";
import { discoverTasks } from "../handlers/discover-tasks.ts";
import type { TaskTemplate } from "../handlers/task-template.ts";
import { importHandlersModule } from "./input/load-handlers-module.ts";
import { collect } from "./input/parse-option.ts";
import type { CommandIo } from "./io.ts";
import { loadCommandTemplate } from "./load-command-template.ts";
import { addReadingOptions, READING_CHOICE, readingOf } from "./template-reading.ts";

/** Values of the options that {@link addTemplatesOptions} adds. */
export const TEMPLATES_CHOICE = {
  template: z.array(z.string()).optional(),
  templates: z.array(z.string()).optional(),
  handlers: z.string().optional(),
  remote: z.array(z.string()).optional(),
  ...READING_CHOICE,
};

const TemplatesChoice = z.object(TEMPLATES_CHOICE);

/** Adds the options of a command that has to do with many templates. */
export function addTemplatesOptions(command: Command): Command {
  return addReadingOptions(command)
    .option("--template <file>", "a template; can be given several times", collect)
    .option("--templates <dir>", "all templates below a directory; can be given several times", collect)
    .option("--handlers <module>", "module with all step handlers (default: beside each template, with its name)")
    .option(
      "--remote <pattern>",
      "leave handlers without code here that match to workers, such as 'Shop::*'; can be given several times",
      collect,
    );
}

/**
 * The templates that were named, and those of the directories.
 * @param remote patterns of handlers that workers run, besides those of the options
 * @throws UsageError for a file that cannot be read, DiscoveryError that lists every file of the directories that cannot be used
 */
export async function loadTemplates(
  io: Pick<CommandIo, "cwd" | "env">,
  options: z.infer<typeof TemplatesChoice>,
  remote: readonly string[] = [],
): Promise<readonly TaskTemplate[]> {
  const reading = { ...readingOf(options, io), remote: [...(options.remote ?? []), ...remote] };
  const { handlers, template: files = [], templates: directories = [] } = options;
  const templates: TaskTemplate[] = [];
  for (const template of files) templates.push(await loadCommandTemplate(io.cwd, { template, handlers, ...reading }));
  if (directories.length === 0) return templates;
  const found = await discoverTasks({
    ...reading,
    directories: directories.map((directory) => resolve(io.cwd, directory)),
    handlers: handlers === undefined ? undefined : await importHandlersModule(io.cwd, resolve(io.cwd, handlers)),
  });
  if (found.failures.length > 0) throw new DiscoveryError(found.failures);
  return [...templates, ...found.templates];
}
