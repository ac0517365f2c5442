import { InvalidRequestError, RegistryConflictError } from "../../errors/index.ts";
import type { StepDefinition } from "../../templates/definition.ts";
import type { EventDeclaration } from "../../templates/event-declaration.ts";
import { expectedEventName } from "../../templates/event-name.ts";
import type { TaskTemplate } from "../task-template.ts";
import { makeStepEvents, type StepEvents } from "./step-events.ts";

/** A custom event as it is registered in code: a name, and what {@link EventDeclaration} has besides. */
export type EventRegistration = Pick<EventDeclaration, "name"> & Partial<EventDeclaration>;

/** Custom events that are declared apart from templates and handlers, by name. */
export class CustomEventRegistry {
  readonly #events = new Map<string, EventDeclaration>();
  #known = new WeakMap<TaskTemplate, WeakMap<StepDefinition, StepEvents>>();

  /**
   * Adds events, all or none.
   * @throws InvalidRequestError for a name without a dot, or one of the engine's
   * @throws RegistryConflictError for a name that is taken, unless `replace` is true
   */
  register(
    events: EventRegistration | readonly EventRegistration[],
    options: { readonly replace?: boolean } = {},
  ): void {
    const added = new Map<string, EventDeclaration>();
    for (const event of toList(events)) {
      const { name, description = null, payloadSchema = null, isStamped = false, firedBy = [], source = null } = event;
      const expected = expectedEventName(name);
      if (expected !== null) {
        throw new InvalidRequestError(`name: found ${JSON.stringify(name)}, expected ${expected}`, {
          context: { field: "name", value: name, expected },
        });
      }
      const known = added.get(name) ?? (options.replace === true ? undefined : this.#events.get(name));
      if (known !== undefined) throw conflict(name, known.source, source);
      added.set(name, Object.freeze({ name, description, payloadSchema, isStamped, firedBy, source }));
    }
    for (const [name, event] of added) this.#events.set(name, event);
    this.#known = new WeakMap();
  }

  /** The event of this name; null if it is not registered here. */
  find(name: string): EventDeclaration | null {
    return this.#events.get(name) ?? null;
  }

  /** Sorted by name. A copy. */
  list(): readonly EventDeclaration[] {
    return [...this.#events.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  clear(): void {
    this.#events.clear();
    this.#known = new WeakMap();
  }

  /** The events that a step of a task may publish: those of its definition, of its handler's class, and those declared here. */
  ofStep(template: TaskTemplate, step: StepDefinition): StepEvents {
    let steps = this.#known.get(template);
    if (steps === undefined) {
      steps = new WeakMap();
      this.#known.set(template, steps);
    }
    let events = steps.get(step);
    if (events === undefined) {
      events = makeStepEvents(template, step, this.list());
      steps.set(step, events);
    }
    return events;
  }
}

function toList(events: EventRegistration | readonly EventRegistration[]): readonly EventRegistration[] {
  return Array.isArray(events) ? events : [events as EventRegistration];
}

function conflict(name: string, known: string | null, other: string | null): RegistryConflictError {
  const places = [known, other].map((source) => source ?? "code").join(" and ");
  return new RegistryConflictError(
    `The event ${name} is registered already (${places}); use replace: true to replace it`,
    {
      context: { registry: "custom_event_registry", name },
    },
  );
}
