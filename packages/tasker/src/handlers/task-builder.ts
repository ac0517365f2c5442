import { loadTemplateFile } from "../template-files/load-template.ts";
import type { TaskDefinition } from "../templates/definition.ts";
import {
  type ParseTemplateOptions,
  parseTemplate,
  parseTemplateObject,
  type ReadingOptions,
} from "../templates/parse-template.ts";
import { bindTemplate, type HandlerExports } from "./bind-template.ts";
import type { HandlerRegistry, RegisterOptions } from "./registry.ts";
import type { RemoteOptions } from "./remote-steps.ts";
import type { TaskTemplate } from "./task-template.ts";

/**
 * Makes a template of a text, an object or a file: parsed, merged with its environment and checked once, when the builder is
 * made, and never again. A template without `task_handler_class` needs no class of its own: its steps name theirs.
 */
export class TaskBuilder {
  /** What the template says. Immutable. */
  readonly definition: TaskDefinition;
  readonly #built = new WeakMap<HandlerExports, TaskTemplate>();

  private constructor(definition: TaskDefinition) {
    this.definition = definition;
  }

  /** From a text in YAML or JSON. @throws InvalidTemplateError with everything that is wrong, lines and columns */
  static fromYaml(text: string, options: ParseTemplateOptions = {}): TaskBuilder {
    return new TaskBuilder(parseTemplate(text, options));
  }

  /** From an object in the keys of YAML. @throws InvalidTemplateError with everything that is wrong, by its path */
  static fromObject(config: unknown, options: ParseTemplateOptions = {}): TaskBuilder {
    return new TaskBuilder(parseTemplateObject(config, options));
  }

  /** From a file in YAML or JSON. @throws InvalidTemplateError that names the file */
  static async fromFile(path: string, options: ReadingOptions = {}): Promise<TaskBuilder> {
    return new TaskBuilder(await loadTemplateFile(path, options));
  }

  /**
   * Joins the definition with its code; the same handlers give the same template.
   * @throws HandlerNotFoundError, InvalidRequestError; see {@link bindTemplate}
   */
  build(handlers: HandlerExports, options: RemoteOptions = {}): TaskTemplate {
    const known = options.remote === undefined ? this.#built.get(handlers) : undefined;
    if (known !== undefined) return known;
    const template = bindTemplate(this.definition, handlers, options);
    if (options.remote === undefined) this.#built.set(handlers, template);
    return template;
  }

  /** Builds the template and registers it. What fails leaves the registry as it was. */
  register(
    registry: HandlerRegistry,
    handlers: HandlerExports,
    options: RegisterOptions & RemoteOptions = {},
  ): TaskTemplate {
    const template = this.build(handlers, options);
    registry.register(template, options);
    return template;
  }
}
