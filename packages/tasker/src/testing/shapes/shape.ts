import { bindTemplate } from "../../handlers/bind-template.ts";
import type { TaskHandler } from "../../handlers/task-handler.ts";
import type { TaskTemplate } from "../../handlers/task-template.ts";
import type { JsonObject } from "../../json/json-value.ts";
import type { StepDefinition, TaskDefinition } from "../../templates/definition.ts";
import { failsTimes, succeeds, timesOut } from "../handlers/failing-handlers.ts";
import { idempotent } from "../handlers/idempotent-handler.ts";
import type { RecordedHandler } from "../handlers/recorded-handler.ts";
import { defaultStep } from "../run/graph-template.ts";

/** What the test handler of a step does on its first executions; it succeeds afterwards. */
export type PlannedBehaviour =
  | { readonly kind: "fail" | "time out"; readonly times: number }
  /** Gives its first result again on repeats. */
  | { readonly kind: "idempotent" };

/** A workflow for tests: what it says, and what its steps are planned to do. Plain data. */
export interface Shape {
  readonly definition: TaskDefinition;
  /** By the names of the steps; a step that is not named succeeds at once. */
  readonly plans: Readonly<Record<string, PlannedBehaviour>>;
  /** A context that the definition accepts. */
  readonly context: JsonObject;
  /** Hooks that the definition names. */
  readonly taskHandler: TaskHandler | null;
}

/** What differs from the defaults in a {@link Shape}. */
export interface ShapeSettings extends Partial<Omit<TaskDefinition, "name" | "steps">> {
  readonly plans?: Readonly<Record<string, PlannedBehaviour>>;
  readonly context?: JsonObject;
  readonly taskHandler?: TaskHandler;
  /** Settings of every step. */
  readonly everyStep?: Partial<StepDefinition>;
  /** Settings of single steps by their names. */
  readonly stepSettings?: Readonly<Record<string, Partial<StepDefinition>>>;
}

/**
 * Makes a shape in the namespace `default`, version `0.1.0`, of steps with the names of their parents. The handler of a
 * step is looked up under the step's name.
 * @param steps name to parents, in the order of the definition
 */
export function defineShape(
  name: string,
  steps: Readonly<Record<string, readonly string[]>>,
  settings: ShapeSettings = {},
): Shape {
  const { plans = {}, context = {}, taskHandler, everyStep = {}, stepSettings = {}, ...rest } = settings;
  return {
    definition: {
      namespace: "default",
      name,
      version: "0.1.0",
      description: null,
      taskHandlerClass: taskHandler === undefined ? null : taskHandler.constructor.name,
      contextSchema: null,
      systemLimits: [],
      handlerLimits: [],
      redact: [],
      ...rest,
      steps: Object.entries(steps).map(([step, dependsOn]) =>
        defaultStep(step, { dependsOn, handlerClass: step, ...everyStep, ...stepSettings[step] }),
      ),
    },
    plans,
    context,
    taskHandler: taskHandler ?? null,
  };
}

/** A shape that can be run. */
export interface BoundShape {
  readonly template: TaskTemplate;
  /** By the names of the steps: what they were called for. */
  readonly handlers: Readonly<Record<string, RecordedHandler>>;
}

/**
 * Joins a shape with handlers that do what it plans, and record their calls.
 * @param own handlers by the names of steps, in place of the planned ones
 */
export function bindShape(shape: Shape, own: Readonly<Record<string, RecordedHandler>> = {}): BoundShape {
  const { definition, plans, taskHandler } = shape;
  const handlers: Record<string, RecordedHandler> = Object.fromEntries(
    definition.steps.map(({ name }) => [name, own[name] ?? planned(plans[name])]),
  );
  const functions = Object.fromEntries(
    definition.steps.map(({ name, handlerClass }) => [handlerClass, handlers[name]?.process]),
  );
  const hooks = taskHandler === null ? {} : { [taskHandler.constructor.name]: taskHandler };
  return { template: bindTemplate(definition, { ...functions, ...hooks }), handlers };
}

function planned(plan: PlannedBehaviour | undefined): RecordedHandler {
  if (plan === undefined) return succeeds();
  if (plan.kind === "idempotent") return idempotent();
  return plan.kind === "fail" ? failsTimes(plan.times) : timesOut(plan.times);
}
