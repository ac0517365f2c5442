import { type BackoffConfig, type BackoffSettings, backoffConfig, backoffOver } from "../../config/backoff-config.ts";
import { parseSection } from "../../config/parse-section.ts";
import { type TaskOverrides, TaskOverridesSchema } from "../../config/task-overrides.ts";
import type { TaskSettings } from "../../handlers/execution.ts";

/** What settings are found by. */
export interface TaskKind {
  readonly namespace: string;
  readonly name: string;
}

/** Settings of tasks: those of all, with those of their namespace over them, and those of their template over both. */
export class SettingsByTask {
  #backoff: BackoffConfig;
  #overrides: TaskOverrides;
  #ofAll: TaskSettings;
  readonly #known = new Map<string, TaskSettings>();

  /** @throws ConfigurationError */
  constructor(backoff: BackoffSettings = {}, overrides: TaskOverrides = {}) {
    this.#backoff = backoffConfig(backoff);
    this.#overrides = parseSection(null, TaskOverridesSchema, overrides);
    this.#ofAll = Object.freeze({ backoff: this.#backoff });
  }

  /** Settings of tasks of which nothing is known. */
  get ofAll(): TaskSettings {
    return this.#ofAll;
  }

  /** The settings of tasks of a kind, as they are now. */
  of({ namespace, name }: TaskKind): TaskSettings {
    const { namespaces = {}, templates = {} } = this.#overrides;
    const template = `${namespace}/${name}`;
    const known = this.#known.get(template);
    if (known !== undefined) return known;
    const given = [memberOf(namespaces, namespace), memberOf(templates, template)];
    const backoff = given.reduce(
      (below, sections) => (sections?.backoff === undefined ? below : backoffOver(below, sections.backoff)),
      this.#backoff,
    );
    const settings = backoff === this.#backoff ? this.#ofAll : Object.freeze({ backoff });
    this.#known.set(template, settings);
    return settings;
  }

  /** Changes what is given, all of it or nothing. @throws ConfigurationError */
  reconfigure(changes: { readonly backoff?: BackoffSettings; readonly overrides?: TaskOverrides }): void {
    const { backoff = this.#backoff, overrides = this.#overrides } = changes;
    const wanted = new SettingsByTask(backoff, overrides);
    this.#backoff = wanted.#backoff;
    this.#overrides = wanted.#overrides;
    this.#ofAll = wanted.#ofAll;
    this.#known.clear();
  }
}

function memberOf<Member>(members: Readonly<Record<string, Member>>, key: string): Member | undefined {
  return Object.hasOwn(members, key) ? members[key] : undefined;
}
