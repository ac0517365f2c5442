import { HandlerConflictError, HandlerNotFoundError, InvalidRequestError } from "../errors/index.ts";
import { TaskVersion } from "../templates/template-document.ts";
import { compareVersions } from "../templates/version.ts";
import { hintAt } from "../text/nearest-name.ts";
import { listCustomEvents, type RegisteredCustomEvent } from "./custom-events.ts";
import type { TaskTemplate } from "./task-template.ts";

/** The version that stands for the highest registered one. */
const LATEST = "latest";

/** Templates by (namespace, name, version). What it hands out never changes afterwards. */
export class HandlerRegistry {
  /** Namespace to name to version. */
  readonly #namespaces = new Map<string, Map<string, Map<string, TaskTemplate>>>();

  /**
   * Adds a template.
   * @throws HandlerConflictError if the same (namespace, name, version) is registered and `replace` is not true
   * @throws InvalidRequestError if the version is not `digits.digits.digits` in 16 characters
   */
  register(template: TaskTemplate, options: { readonly replace?: boolean } = {}): void {
    const { namespace, name, version } = template.definition;
    if (!TaskVersion.safeParse(version).success) {
      throw new InvalidRequestError(`version: found ${JSON.stringify(version)}, expected one such as "1.0.0"`, {
        context: { field: "version", value: version, expected: "digits.digits.digits, 16 characters at most" },
      });
    }
    const names = getOrAdd(this.#namespaces, namespace, () => new Map<string, Map<string, TaskTemplate>>());
    const versions = getOrAdd(names, name, () => new Map<string, TaskTemplate>());
    if (versions.has(version) && options.replace !== true) {
      throw new HandlerConflictError(
        `The template ${describe(namespace, name, version)} is registered already; register it with replace: true to put this one in its place`,
        { context: { namespace, name, version } },
      );
    }
    versions.set(version, template);
  }

  /** Removes a template; false if it was not registered. */
  unregister(namespace: string, name: string, version: string): boolean {
    const names = this.#namespaces.get(namespace);
    const versions = names?.get(name);
    const removed = versions?.delete(version) ?? false;
    if (versions?.size === 0) names?.delete(name);
    if (names?.size === 0) this.#namespaces.delete(namespace);
    return removed;
  }

  /**
   * The template with this version, or with the highest one for `latest` (the default; 10.0.0 is higher than 9.0.0).
   * @throws HandlerNotFoundError that names what is registered instead
   */
  get(namespace: string, name: string, version: string = LATEST): TaskTemplate {
    const versions = this.#namespaces.get(namespace)?.get(name);
    const ordered = [...(versions?.keys() ?? [])].sort(compareVersions);
    const found = versions?.get(version === LATEST ? (ordered.at(-1) ?? "") : version);
    if (found !== undefined) return found;
    throw new HandlerNotFoundError(
      `No template ${describe(namespace, name, version)} is registered (${this.#hint(namespace, name, ordered)})`,
      { context: { namespace, name, version } },
    );
  }

  /** All templates, or those of one namespace, ordered by namespace, name and version. A frozen copy. */
  list(namespace?: string): readonly TaskTemplate[] {
    const spaces = namespace === undefined ? [...this.#namespaces.keys()].sort() : [namespace];
    const templates = spaces.flatMap((space) => {
      const names = [...(this.#namespaces.get(space) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
      return names.flatMap(([, versions]) =>
        [...versions].sort(([a], [b]) => compareVersions(a, b)).map(([, template]) => template),
      );
    });
    return Object.freeze(templates);
  }

  /** The events that steps of the registered templates may publish besides the engine's, by name. A copy. */
  customEvents(): readonly RegisteredCustomEvent[] {
    return listCustomEvents(this.list());
  }

  #hint(namespace: string, name: string, versions: readonly string[]): string {
    if (versions.length > 0) return `versions: ${versions.join(", ")}`;
    const names = [...(this.#namespaces.get(namespace)?.keys() ?? [])];
    if (names.length > 0) return hintAt(name, names, `names in the namespace "${namespace}"`);
    return hintAt(namespace, [...this.#namespaces.keys()], "namespaces");
  }
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
