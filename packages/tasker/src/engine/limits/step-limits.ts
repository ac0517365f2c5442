import { valueAtPath } from "../../json/value-at-path.ts";
import type { StepDefinition, TaskDefinition } from "../../templates/definition.ts";
import type { Limit, NamedLimit } from "../../templates/limit.ts";
import type { CompiledDefinition } from "../compiled-definition.ts";
import type { ParsedLimits } from "./engine-limits.ts";
import { type Demand, type LimiterKind, limiterId, stricterDemand } from "./limiter.ts";

/** A limit with what it counts. */
interface Declared extends Limit {
  readonly kind: LimiterKind;
  readonly name: string;
}

/** Under which limiters the steps of a definition run. */
export interface StepLimits {
  /**
   * The limiters of a step in a task with this context, each once.
   * @param stepName of a step of the definition
   */
  demandsOf(stepName: string, context: unknown): readonly Demand[];
}

const NO_DEMANDS: readonly Demand[] = [];

/**
 * The limits that hold for the steps of a definition; null if none of them is limited. A limit of the engine takes the place
 * of the template's for the same system, handler or name. Of a step that runs once for each item of a list each of these runs
 * is limited; what joins their results calls no handler.
 */
export function limitSteps({ definition, stepNamed }: CompiledDefinition, engine: ParsedLimits): StepLimits | null {
  const declared = new Map(stepNamed.all().map((step) => [step.name, declaredFor(definition, step, engine)]));
  if ([...declared.values()].every((limits) => limits.length === 0)) return null;
  return {
    demandsOf(stepName, context) {
      // What runs for an item has the name of the step in its definition.
      const limits = declared.get(stepNamed.get(stepName)?.name ?? "");
      if (limits === undefined || limits.length === 0 || stepNamed.roleOf(stepName).kind === "join") return NO_DEMANDS;
      return toDemands(definition.namespace, limits, context);
    },
  };
}

function declaredFor(definition: TaskDefinition, step: StepDefinition, engine: ParsedLimits): readonly Declared[] {
  const { dependentSystem, handlerClass } = step;
  const system = pick(engine.systems, definition.systemLimits, dependentSystem);
  const handler = pick(engine.handlers, definition.handlerLimits, handlerClass);
  const own = step.limits.flatMap(({ name, ...limit }): Declared[] => {
    if (name === null) return [{ kind: "step", name: `${definition.name}.${step.name}`, ...limit }];
    const override = engine.named.get(name);
    if (override === null) return [];
    return [{ kind: "name", name, ...(override ?? limit), key: limit.key }];
  });
  return [
    ...(system === null ? [] : [{ kind: "system" as const, ...system, name: dependentSystem }]),
    ...(handler === null ? [] : [{ kind: "handler" as const, ...handler, name: handlerClass }]),
    ...own,
  ];
}

function pick(engine: ReadonlyMap<string, Limit | null>, template: readonly NamedLimit[], name: string): Limit | null {
  const own = engine.get(name);
  return own === undefined ? (template.find((limit) => limit.name === name) ?? null) : own;
}

function toDemands(namespace: string, limits: readonly Declared[], context: unknown): readonly Demand[] {
  const demands = new Map<string, Demand>();
  for (const { kind, name, key, concurrency, rate } of limits) {
    const value = key === null ? null : { value: valueAtPath(context, key) };
    const limiter = limiterId(namespace, kind, name, value);
    const label = [kind, name, ...JSON.parse(limiter).slice(3)].join(":");
    const demand = { limiter, label, concurrency, rate };
    const known = demands.get(limiter);
    demands.set(limiter, known === undefined ? demand : stricterDemand(known, demand));
  }
  return [...demands.values()];
}
