import type { EventBus } from "../../../src/events/bus/event-bus.ts";
import type { EventName } from "../../../src/events/catalogue/catalogue.ts";
import type { TaskerEvent } from "../../../src/events/event.ts";
import { type EngineUnderTest, makeEngine, until } from "../../support/engine-harness.ts";

/** Where a scenario takes place: everything that is told there is kept. */
export class Stage {
  readonly told: TaskerEvent[] = [];

  /** Keeps what a bus tells. */
  listen(bus: Pick<EventBus, "on">): void {
    bus.on((event) => this.told.push(event));
  }

  /** Makes an engine, listens to it, and starts it. */
  async start(...args: Parameters<typeof makeEngine>): Promise<EngineUnderTest> {
    const made = makeEngine(...args);
    this.listen(made.engine);
    await made.engine.start();
    return made;
  }

  count(name: EventName): number {
    return this.told.filter((event) => event.name === name).length;
  }

  /** Resolves when an event was told so many times. @param meanwhile called at each look, such as to move a clock */
  seen(name: EventName, times = 1, meanwhile: () => void = () => {}): Promise<void> {
    return until(() => {
      if (this.count(name) >= times) return true;
      meanwhile();
      return false;
    }, `${name}, ${times} times`);
  }
}

/** Something that happens, and what is told of it. */
export interface Scenario {
  readonly title: string;
  /** The events that it is about: for each time that they are told in it, in this order, members of the payload. */
  readonly shows: Readonly<Partial<Record<EventName, readonly object[]>>>;
  readonly play: (stage: Stage) => Promise<void>;
}
