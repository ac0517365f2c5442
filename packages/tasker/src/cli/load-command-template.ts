import { bindTemplate } from "../handlers/bind-template.ts";
import type { RemoteOptions } from "../handlers/remote-steps.ts";
import type { TaskTemplate } from "../handlers/task-template.ts";
import type { TaskDefinition } from "../templates/definition.ts";
import { parseTemplate, type ReadingOptions } from "../templates/parse-template.ts";
import { findHandlersModule, findModuleBeside, importHandlersModule } from "./input/load-handlers-module.ts";
import { readTextFile } from "./input/read-text-file.ts";

/** Where a command finds a template and its handlers. */
export interface TemplateChoice extends ReadingOptions, RemoteOptions {
  /** Path of the template's file. */
  readonly template: string;
  /** Path of the module; default: the one beside the template with its name. */
  readonly handlers?: string | undefined;
}

/**
 * Loads a template from a file; errors name the file as it was written.
 * @throws UsageError if the file cannot be read, InvalidTemplateError if it is not a valid template
 */
export async function loadCommandDefinition(cwd: string, choice: TemplateChoice): Promise<TaskDefinition> {
  const text = await readTextFile(cwd, choice.template, "template");
  const { environment, variables, strictSchema } = choice;
  return parseTemplate(text, { file: choice.template, environment, variables, strictSchema });
}

/** Loads a template together with the module that has its handlers; there need not be one where workers run every step. */
export async function loadCommandTemplate(cwd: string, choice: TemplateChoice): Promise<TaskTemplate> {
  const definition = await loadCommandDefinition(cwd, choice);
  const { template, handlers, remote = [] } = choice;
  const needsNone = remote.length > 0 || definition.steps.every(({ queue, wait }) => queue !== null || wait !== null);
  const path =
    handlers === undefined && needsNone
      ? await findModuleBeside(cwd, template)
      : await findHandlersModule(cwd, template, handlers);
  return bindTemplate(definition, path === null ? {} : await importHandlersModule(cwd, path), { remote });
}
