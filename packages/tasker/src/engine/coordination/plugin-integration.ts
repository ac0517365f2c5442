import type { StepSequence, TaskView } from "../../handlers/execution.ts";
import type { HandlerRegistry } from "../../handlers/registry.ts";
import type { HandlesStep } from "../../handlers/step-handler.ts";
import type { Annotation, StepDraft, TaskDraft } from "../../handlers/task-handler.ts";
import type { TaskTemplate } from "../../handlers/task-template.ts";
import type { JsonObject } from "../../json/json-value.ts";
import { compileContextValidator } from "../../templates/validate-context.ts";

/** What names a template: a task, a definition, or the three texts. */
export type TemplateKey = Pick<TaskView, "namespace" | "name" | "version">;

/**
 * What a plugin asks of templates and their handlers, without an engine: always by namespace, name and version. Every method
 * throws HandlerNotFoundError for a template that is not registered.
 */
export class PluginIntegration {
  readonly #registry: HandlerRegistry;

  constructor(registry: HandlerRegistry) {
    this.#registry = registry;
  }

  /** The template of a task. */
  getTaskHandlerForTask({ namespace, name, version }: TemplateKey): TaskTemplate {
    return this.#registry.get(namespace, name, version);
  }

  /** A new handler of a step. @throws HandlerNotFoundError also if the template has no such step */
  getStepHandler(key: TemplateKey, stepName: string): HandlesStep {
    return this.getTaskHandlerForTask(key).createStepHandler(stepName);
  }

  /** A copy of the context with the defaults of the template's schema. @throws InvalidContextError */
  validateContext(key: TemplateKey, context: JsonObject): JsonObject {
    return compileContextValidator(this.getTaskHandlerForTask(key).definition.contextSchema)(context);
  }

  /** Lets the task handler, if there is one, change the drafts of a task's steps. */
  establishStepDependenciesAndDefaults(task: TaskDraft, steps: readonly StepDraft[]): void {
    this.getTaskHandlerForTask(task).taskHandler?.establishStepDependenciesAndDefaults(task, steps);
  }

  /** What the task handler, if there is one, has to note about a task that is done. */
  async updateAnnotations(task: TaskView, sequence: StepSequence): Promise<readonly Annotation[]> {
    return (await this.getTaskHandlerForTask(task).taskHandler?.updateAnnotations(task, sequence)) ?? [];
  }
}
