import { backoffOver } from "../../config/backoff-config.ts";
import { parseSection } from "../../config/parse-section.ts";
import { type TaskOverrides, TaskOverridesSchema } from "../../config/task-overrides.ts";
import { type TaskSettings, taskSettings } from "../../config/task-settings.ts";
import type { EngineChanges } from "../engine-changes.ts";

/** What settings are found by. */
export interface TaskKind {
  readonly namespace: string;
  readonly name: string;
}

/** What settings of tasks are made of. What is left out has its defaults. */
export type GivenSettings = {
  readonly [Key in "backoff" | "overrides" | "execution" | "eventSamplingRate"]?: EngineChanges[Key] | undefined;
};

/** Settings of tasks: those of all, with those of their namespace over them, and those of their template over both. */
export class SettingsByTask {
  #sections: GivenSettings;
  #overrides: TaskOverrides;
  #ofAll: TaskSettings;
  readonly #known = new Map<string, TaskSettings>();

  /** @throws ConfigurationError */
  constructor(sections: GivenSettings = {}) {
    const { backoff, overrides = {}, execution, eventSamplingRate } = sections;
    this.#sections = sections;
    this.#overrides = parseSection(null, TaskOverridesSchema, overrides);
    this.#ofAll = taskSettings({
      backoff,
      execution: execution ?? {},
      telemetry: eventSamplingRate === undefined ? {} : { event_sampling_rate: eventSamplingRate },
    });
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
    const settings = [memberOf(namespaces, namespace), memberOf(templates, template)].reduce(over, this.#ofAll);
    this.#known.set(template, settings);
    return settings;
  }

  /** Changes what is given, all of it or nothing. @throws ConfigurationError */
  reconfigure(changes: GivenSettings): void {
    const given = Object.entries(changes).filter(([, value]) => value !== undefined);
    const wanted = new SettingsByTask({ ...this.#sections, ...Object.fromEntries(given) });
    this.#sections = wanted.#sections;
    this.#overrides = wanted.#overrides;
    this.#ofAll = wanted.#ofAll;
    this.#known.clear();
  }
}

type Sections = NonNullable<TaskOverrides["namespaces"]>[string];

/** Settings with what is said for some tasks over them. A section of which nothing is said stays the same object. */
function over(below: TaskSettings, sections: Sections | undefined): TaskSettings {
  if (sections === undefined) return below;
  const { backoff, execution, telemetry } = sections;
  return Object.freeze({
    backoff: backoff === undefined ? below.backoff : backoffOver(below.backoff, backoff),
    execution: execution === undefined ? below.execution : Object.freeze({ ...below.execution, ...execution }),
    telemetry: telemetry === undefined ? below.telemetry : Object.freeze({ ...below.telemetry, ...telemetry }),
  });
}

function memberOf<Member>(members: Readonly<Record<string, Member>>, key: string): Member | undefined {
  return Object.hasOwn(members, key) ? members[key] : undefined;
}
