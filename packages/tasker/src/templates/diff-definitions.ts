import type { JsonObject, JsonValue } from "../json/json-value.ts";
import { toCanonicalJson } from "./canonical-json.ts";
import type { TaskDefinition } from "./definition.ts";
import { definitionToDocument } from "./definition-document.ts";
import { hashDefinition } from "./definition-hash.ts";
import { formatPath } from "./source-tree.ts";

/** A value that differs; undefined where there is none. Lists are compared as a whole. */
export interface FieldChange {
  /** Keys of YAML, such as `handler_config.url`. */
  readonly path: string;
  readonly before?: JsonValue | undefined;
  readonly after?: JsonValue | undefined;
}

/** Which definition one side is. */
export interface DefinitionIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly hash: string;
}

/** How two definitions differ. */
export interface DefinitionDiff {
  readonly same: boolean;
  readonly before: DefinitionIdentity;
  readonly after: DefinitionIdentity;
  /** Outside of the steps. */
  readonly changes: readonly FieldChange[];
  readonly steps: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly changed: readonly { readonly name: string; readonly changes: readonly FieldChange[] }[];
    /** Whether the steps that both have stand in another order. */
    readonly reordered: boolean;
  };
}

/** Says what changed from one definition to another, step by step. A step is recognised by its name. */
export function diffDefinitions(before: TaskDefinition, after: TaskDefinition): DefinitionDiff {
  const [old, now] = [identify(before), identify(after)];
  const [oldSteps, newSteps] = [stepsOf(before), stepsOf(after)];
  const kept = [...oldSteps.keys()].filter((name) => newSteps.has(name));
  const keptNow = [...newSteps.keys()].filter((name) => oldSteps.has(name));
  return {
    same: old.hash === now.hash,
    before: old,
    after: now,
    changes: compare(withoutSteps(before), withoutSteps(after), []),
    steps: {
      added: [...newSteps.keys()].filter((name) => !oldSteps.has(name)),
      removed: [...oldSteps.keys()].filter((name) => !newSteps.has(name)),
      changed: kept.flatMap((name) => {
        const changes = compare(oldSteps.get(name) ?? {}, newSteps.get(name) ?? {}, []);
        return changes.length === 0 ? [] : [{ name, changes }];
      }),
      reordered: kept.some((name, place) => name !== keptNow[place]),
    },
  };
}

function identify(definition: TaskDefinition): DefinitionIdentity {
  const { namespace, name, version } = definition;
  return { namespace, name, version, hash: hashDefinition(definition) };
}

function withoutSteps(definition: TaskDefinition): JsonObject {
  return Object.fromEntries(
    Object.entries(definitionToDocument(definition)).filter(([key]) => key !== "step_templates"),
  );
}

function stepsOf({ steps, ...rest }: TaskDefinition): ReadonlyMap<string, JsonObject> {
  return new Map(
    steps.map((step) => {
      const document = definitionToDocument({ ...rest, steps: [step] }).step_templates;
      const [only] = Array.isArray(document) ? document : [];
      return [step.name, isObject(only) ? only : {}];
    }),
  );
}

function compare(before: JsonObject, after: JsonObject, path: readonly string[]): FieldChange[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => {
    const [old, now] = [memberOf(before, key), memberOf(after, key)];
    if (isObject(old) && isObject(now)) return compare(old, now, [...path, key]);
    const same = old !== undefined && now !== undefined && toCanonicalJson(old) === toCanonicalJson(now);
    return same ? [] : [{ path: formatPath([...path, key]), before: old, after: now }];
  });
}

function memberOf(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
