import type { Connection } from "../database/database.ts";
import { jsonb, nullable, text, varchar } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";
import { HandlerNotFoundError } from "../errors/index.ts";
import { bindDefinition } from "../handlers/create-task-template.ts";
import type { HandlerRegistry } from "../handlers/registry.ts";
import type { TaskTemplate } from "../handlers/task-template.ts";
import { definitionFromDocument } from "../templates/definition-document.ts";
import { compareVersions, isVersion, parseVersionRange } from "../templates/version.ts";

/** The newest definition of a template, of any version where `$3` is empty; null in its place if it is the one with the hash `$4`. */
export const findStoredDefinition = statement({
  name: "find_stored_definition",
  text: `
    select d.definition_hash, case when d.definition_hash = $4 then null else d.definition end as definition
    from tasker_definitions d
    where d.namespace = $1 and d.name = $2 and ($3 = '' or d.version = $3)
    order by string_to_array(d.version, '.')::int8[] desc, d.created_at desc limit 1`,
  parameters: [text, text, text, text],
  columns: { definition_hash: varchar, definition: nullable(jsonb) },
});

/** The versions of a template. */
export const findStoredVersions = statement({
  name: "find_stored_versions",
  text: "select distinct d.version from tasker_definitions d where d.namespace = $1 and d.name = $2",
  parameters: [text, text],
  columns: { version: varchar },
});

/** Which template is asked for. */
export interface AskedTemplate {
  readonly namespace: string;
  readonly name: string;
  /** A version, a range, or `latest`. */
  readonly version: string;
}

/** Templates that are kept so that they need not be made again. */
const CAPACITY = 1_000;

/** Templates of which this process has no code: other processes run their tasks, and the database has their definitions. */
export class StoredTemplates {
  readonly #connection: Connection;
  readonly #registry: HandlerRegistry;
  readonly #known = new Map<string, { readonly hash: string; readonly template: TaskTemplate }>();

  constructor(connection: Connection, registry: HandlerRegistry) {
    this.#connection = connection;
    this.#registry = registry;
  }

  /** The newest definition of a template; null if the template is registered here, or the database has none that can be read. */
  async find(asked: AskedTemplate): Promise<TaskTemplate | null> {
    if (!this.#isUnknownHere(asked)) return null;
    const { namespace, name } = asked;
    const version = await this.#versionOf(asked);
    if (version === null) return null;
    const key = JSON.stringify([namespace, name, version]);
    const known = this.#known.get(key);
    const [stored] = await this.#connection.run(findStoredDefinition, [namespace, name, version, known?.hash ?? ""]);
    if (stored === undefined) return null;
    if (stored.definition === null) return known?.template ?? null;
    const template = bind(stored.definition);
    if (template === null) return null;
    if (this.#known.size >= CAPACITY) this.#known.clear();
    this.#known.set(key, { hash: stored.definition_hash, template });
    return template;
  }

  #isUnknownHere({ namespace, name, version }: AskedTemplate): boolean {
    try {
      this.#registry.get(namespace, name, version);
      return false;
    } catch (error) {
      // What else is wrong is told by whoever prepares the task.
      return error instanceof HandlerNotFoundError;
    }
  }

  /** The version that is meant; empty: the highest. Null: there is none in the range. */
  async #versionOf({ namespace, name, version }: AskedTemplate): Promise<string | null> {
    if (version === "latest") return "";
    if (isVersion(version)) return version;
    const fits = parseVersionRange(version) ?? (() => false);
    const stored = await this.#connection.run(findStoredVersions, [namespace, name]);
    const versions = stored.map((row) => row.version).filter(fits);
    return versions.toSorted(compareVersions).at(-1) ?? null;
  }
}

/** Null: it cannot be read. */
function bind(document: unknown): TaskTemplate | null {
  try {
    return bindDefinition(definitionFromDocument(document));
  } catch {
    return null;
  }
}
