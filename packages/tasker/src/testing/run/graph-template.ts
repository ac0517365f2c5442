import { bindTemplate } from "../../handlers/bind-template.ts";
import type { StepFunction } from "../../handlers/function-step-handler.ts";
import type { HandlesStep } from "../../handlers/step-handler.ts";
import type { TaskHandler } from "../../handlers/task-handler.ts";
import type { TaskTemplate } from "../../handlers/task-template.ts";
import type { StepDefinition, TaskDefinition } from "../../templates/definition.ts";

/** What differs from the defaults in a template that is made from edges. */
export interface GraphTemplateOptions extends Partial<Omit<TaskDefinition, "steps">> {
  /** Settings of single steps by their name; a name that is in no edge is a step of its own. */
  readonly steps?: Readonly<Record<string, Partial<StepDefinition>>>;
  /** What every step does. Default: returns the step's name. */
  readonly run?: StepFunction | HandlesStep;
  readonly hooks?: TaskHandler;
}

/**
 * A template from text such as `a -> b, a -> c, d`; no text: no steps but those in the options. Its namespace is
 * `default`, its name `graph`, its version `1.0.0`, unless the options say otherwise.
 */
export function graphTemplate(edges: string, options: GraphTemplateOptions = {}): TaskTemplate {
  const { steps: settings = {}, run = (_task, _sequence, step) => step.name, hooks, ...rest } = options;
  const parents = new Map<string, string[]>();
  const parentsOf = (name: string) => parents.get(name) ?? parents.set(name, []).get(name) ?? [];
  for (const part of edges.split(",")) {
    const [from = "", to] = part.split("->").map((name) => name.trim());
    if (from !== "") parentsOf(from);
    if (to !== undefined) parentsOf(to).push(from);
  }
  for (const name of Object.keys(settings)) parentsOf(name);
  const definition: TaskDefinition = {
    namespace: "default",
    name: "graph",
    version: "1.0.0",
    description: null,
    taskHandlerClass: hooks === undefined ? null : "Hooks",
    contextSchema: null,
    systemLimits: [],
    handlerLimits: [],
    redact: [],
    ...rest,
    steps: [...parents].map(([name, dependsOn]) => defaultStep(name, { dependsOn, ...settings[name] })),
  };
  return bindTemplate(definition, { Run: run, Hooks: hooks });
}

/** A step with every default filled in, executed by the handler `Run` unless told otherwise. */
export function defaultStep(name: string, settings: Partial<StepDefinition>): StepDefinition {
  return {
    name,
    description: name,
    dependentSystem: "unknown",
    dependsOn: [],
    retryable: true,
    retryLimit: 3,
    skippable: false,
    runIf: null,
    whenSkipped: "satisfied",
    onFailure: "fail",
    defaultResults: null,
    handlerClass: "Run",
    handlerConfig: null,
    timeoutSeconds: null,
    priority: 0,
    queue: null,
    wait: null,
    limits: [],
    circuit: null,
    customEvents: [],
    forEach: null,
    compensation: null,
    ...settings,
  };
}
