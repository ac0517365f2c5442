import type { z } from "zod";
import type { Handler, HandlerGraph, StepTemplate } from "../../api/shapes/reference/handler.ts";
import type { TaskTemplate } from "../../handlers/task-template.ts";
import { customEventToDocument } from "../../templates/custom-event-document.ts";
import type { StepDefinition } from "../../templates/definition.ts";
import { analyzeTemplate } from "../../templates/template-graph.ts";

/** A registered template as the reference describes it. */
export function describeHandler({ definition, taskHandler }: TaskTemplate): z.input<typeof Handler> {
  const { name, namespace, version, steps, taskHandlerClass } = definition;
  return {
    ...{ name, namespace, version },
    full_name: `${namespace}.${name}@${version}`,
    class_name: taskHandlerClass ?? taskHandler?.constructor.name ?? "TaskHandler",
    // A template that lacks a handler cannot be registered.
    available: true,
    step_templates: steps.map(stepTemplate),
    dependency_graph: graphOf(steps),
  };
}

function stepTemplate(step: StepDefinition): z.input<typeof StepTemplate> {
  const [first] = step.dependsOn;
  return {
    name: step.name,
    description: step.description,
    dependent_system: step.dependentSystem,
    ...(first === undefined || step.dependsOn.length > 1 ? {} : { depends_on_step: first }),
    depends_on_steps: [...step.dependsOn],
    handler_class: step.handlerClass,
    configuration: step.handlerConfig ?? {},
    default_retryable: step.retryable,
    default_retry_limit: step.retryLimit,
    skippable: step.skippable,
    custom_events: step.customEvents.map(customEventToDocument),
  };
}

function graphOf(steps: readonly StepDefinition[]): z.input<typeof HandlerGraph> {
  const { edges, topology } = analyzeTemplate({ steps });
  return {
    nodes: steps.map(({ name, handlerClass, handlerConfig }) => ({
      id: name,
      name,
      type: "step",
      handler_class: handlerClass,
      configuration: handlerConfig ?? {},
    })),
    edges: edges.map(({ from, to }) => ({ from, to, type: "dependency" })),
    execution_order: [...topology],
  };
}
