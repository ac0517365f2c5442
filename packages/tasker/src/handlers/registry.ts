import {
  HandlerConflictError,
  HandlerNotFoundError,
  InvalidRequestError,
  InvalidTemplateError,
} from "../errors/index.ts";
import { BaseRegistry, type BaseStats, type RegistryOptions } from "../registries/base-registry.ts";
import { checkInterface, classNameOf } from "../registries/check-interface.ts";
import { variance } from "../registries/variance.ts";
import { checkSteps } from "../templates/check-steps.ts";
import { definitionToDocument } from "../templates/definition-document.ts";
import { finishIssues } from "../templates/draft-issue.ts";
import { readValue } from "../templates/read-value.ts";
import { compareVersions, isVersion, parseVersionRange } from "../templates/version.ts";
import { hintAt } from "../text/nearest-name.ts";
import { listCustomEvents, type RegisteredCustomEvent } from "./custom-events/list.ts";
import { CustomEventRegistry } from "./custom-events/registry.ts";
import type { TaskTemplate } from "./task-template.ts";

/** The version that stands for the highest registered one. */
const LATEST = "latest";

/** Options of {@link HandlerRegistry.register}. */
export interface RegisterOptions {
  /** Whether a template may take the place of one with its namespace, name and version. Default: false. */
  readonly replace?: boolean;
}

/** Figures of a registry of templates. */
export interface HandlerStats extends BaseStats {
  readonly totalNamespaces: number;
  /** Templates, each version counted. */
  readonly totalHandlers: number;
  /** Namespace to names. */
  readonly handlersByNamespace: Readonly<Record<string, number>>;
  /** Namespace to versions of all its names. */
  readonly versionsByNamespace: Readonly<Record<string, number>>;
}

const HOOKS = [
  { name: "establishStepDependenciesAndDefaults", required: false, mostArguments: 2 },
  { name: "updateAnnotations", required: false, mostArguments: 2 },
];

/**
 * Templates by (namespace, name, version), with the code that executes them. What it hands out never changes afterwards.
 * A registration that fails changes nothing and tells nobody of a part of it.
 */
export class HandlerRegistry extends BaseRegistry<HandlerStats> {
  /** Custom events that are declared apart from templates. */
  readonly eventDeclarations = new CustomEventRegistry();
  /** Namespace to name to version. */
  readonly #namespaces = new Map<string, Map<string, Map<string, TaskTemplate>>>();

  constructor(options: RegistryOptions = {}) {
    super("handler_registry", "handler", options);
  }

  get size(): number {
    return this.list().length;
  }

  /**
   * Adds a template.
   * @throws HandlerConflictError if the same (namespace, name, version) is registered and `replace` is not true
   * @throws InvalidRequestError if the version is not `digits.digits.digits` in 16 characters
   * @throws InvalidTemplateError if steps depend on unknown steps, on themselves or on each other, or have one name
   * @throws InvalidInterfaceError if it lacks a method by which the engine calls it
   */
  register(template: TaskTemplate, options: RegisterOptions = {}): void {
    this.registerMany([template], options);
  }

  /** Adds templates, all or none; see {@link register}. Two of them that are the same are a conflict. */
  registerMany(templates: readonly TaskTemplate[], options: RegisterOptions = {}): void {
    const seen = new Set<string>();
    for (const template of templates) {
      this.validating(identify(template), () => {
        checkTemplate(template);
        const { namespace, name, version } = template.definition;
        const full = describe(namespace, name, version);
        const known = this.#namespaces.get(namespace)?.get(name)?.has(version) ?? false;
        if (seen.has(full) || (known && options.replace !== true)) {
          throw new HandlerConflictError(
            `The template ${full} is registered already; register it with replace: true to put this one in its place`,
            { context: { namespace, name, version } },
          );
        }
        seen.add(full);
      });
    }
    for (const template of templates) {
      const { namespace, name, version } = template.definition;
      const names = getOrAdd(this.#namespaces, namespace, () => new Map<string, Map<string, TaskTemplate>>());
      getOrAdd(names, name, () => new Map<string, TaskTemplate>()).set(version, template);
    }
    for (const template of templates) this.tellRegistered(identify(template), options);
  }

  /** Removes a template; false if it was not registered. Tasks that run it are not stopped by that. */
  unregister(namespace: string, name: string, version: string): boolean {
    const names = this.#namespaces.get(namespace);
    const versions = names?.get(name);
    const template = versions?.get(version);
    if (template === undefined) return false;
    versions?.delete(version);
    if (versions?.size === 0) names?.delete(name);
    if (names?.size === 0) this.#namespaces.delete(namespace);
    this.tellUnregistered(identify(template));
    return true;
  }

  clear(): void {
    for (const { definition } of HandlerRegistry.prototype.list.call(this)) {
      this.unregister(definition.namespace, definition.name, definition.version);
    }
  }

  /**
   * The template with this version, or with the highest one that is `latest` (the default; 10.0.0 is higher than 9.0.0) or
   * in a range such as `^1.2.0`, `~1.2`, `1.x`, `>=1.2.0 <2`.
   * @throws HandlerNotFoundError that names what is registered instead
   * @throws InvalidRequestError if the version is neither a version nor a range
   */
  get(namespace: string, name: string, version: string = LATEST): TaskTemplate {
    const versions = this.#namespaces.get(namespace)?.get(name);
    // The common cases first: each submit asks.
    const exact = versions?.get(version);
    if (exact !== undefined) return exact;
    const ordered = [...(versions?.keys() ?? [])].sort(compareVersions);
    const found = versions?.get(ordered.findLast(testOf(version)) ?? "");
    if (found !== undefined) return found;
    throw new HandlerNotFoundError(
      `No template ${describe(namespace, name, version)} is registered (${this.#hint(namespace, name, ordered)})`,
      { context: { namespace, name, version } },
    );
  }

  /** All templates, or those of one namespace, ordered by namespace, name and version. A frozen copy. */
  list(namespace?: string): readonly TaskTemplate[] {
    const spaces = namespace === undefined ? this.namespaces() : [namespace];
    const templates = spaces.flatMap((space) => {
      const names = [...(this.#namespaces.get(space) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
      return names.flatMap(([, versions]) =>
        [...versions].sort(([a], [b]) => compareVersions(a, b)).map(([, template]) => template),
      );
    });
    return Object.freeze(templates);
  }

  /** Namespaces that have templates, sorted. */
  namespaces(): readonly string[] {
    return [...this.#namespaces.keys()].sort();
  }

  /** The events besides the engine's: those that steps of the registered templates may publish, and `eventDeclarations`; by name. A copy. */
  customEvents(): readonly RegisteredCustomEvent[] {
    return listCustomEvents(this.list(), this.eventDeclarations.list());
  }

  stats(): HandlerStats {
    const handlersByNamespace: Record<string, number> = {};
    const versionsByNamespace: Record<string, number> = {};
    for (const namespace of this.namespaces()) {
      const names = this.#namespaces.get(namespace);
      handlersByNamespace[namespace] = names?.size ?? 0;
      versionsByNamespace[namespace] = [...(names?.values() ?? [])].reduce((sum, versions) => sum + versions.size, 0);
    }
    return {
      ...this.baseStats(),
      totalNamespaces: this.#namespaces.size,
      totalHandlers: Object.values(versionsByNamespace).reduce((sum, count) => sum + count, 0),
      handlersByNamespace,
      versionsByNamespace,
    };
  }

  /** `single` for up to one namespace, `even` if all have about as many names, or else `skewed`. */
  distribution(): string {
    const counts = Object.values(this.stats().handlersByNamespace);
    if (counts.length <= 1) return "single";
    return variance(counts) < 2 ? "even" : "skewed";
  }

  #hint(namespace: string, name: string, versions: readonly string[]): string {
    if (versions.length > 0) return `versions: ${versions.join(", ")}`;
    const names = [...(this.#namespaces.get(namespace)?.keys() ?? [])];
    if (names.length > 0) return hintAt(name, names, `names in the namespace "${namespace}"`);
    return hintAt(namespace, [...this.#namespaces.keys()], "namespaces");
  }
}

/** What a template that was not made by this package may have got wrong. */
function checkTemplate(template: TaskTemplate): void {
  const { entityId: owner } = identify(template);
  checkInterface(template, `the template ${owner}`, [{ name: "createStepHandler", mostArguments: 2 }]);
  if (template.taskHandler !== null) checkInterface(template.taskHandler, `the task handler of ${owner}`, HOOKS);
  const { version } = template.definition;
  if (!isVersion(version)) {
    throw new InvalidRequestError(`version: found ${JSON.stringify(version)}, expected one such as "1.0.0"`, {
      context: { field: "version", value: version, expected: "digits.digits.digits, 16 characters at most" },
    });
  }
  const { tree } = readValue(definitionToDocument(template.definition));
  const issues = tree.kind === "mapping" ? checkSteps(tree) : [];
  if (issues.length > 0) throw new InvalidTemplateError(finishIssues(issues, { file: owner }));
}

function testOf(version: string): (candidate: string) => boolean {
  if (version === LATEST) return () => true;
  const range = isVersion(version) ? () => false : parseVersionRange(version);
  if (range !== null) return range;
  throw new InvalidRequestError(`version: found ${JSON.stringify(version)}, expected a version, a range or latest`, {
    context: {
      field: "version",
      value: version,
      expected: "a version such as 1.2.0, a range such as ^1.2.0, or latest",
    },
  });
}

function identify({ definition, taskHandler }: TaskTemplate): { entityId: string; entityClass: string } {
  const { namespace, name, version, taskHandlerClass } = definition;
  const entityClass = taskHandler === null ? (taskHandlerClass ?? name) : classNameOf(taskHandler);
  return { entityId: describe(namespace, name, version), entityClass };
}

function describe(namespace: string, name: string, version: string): string {
  return `${namespace}.${name}@${version}`;
}

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}
