import { onTestFinished } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { DurableSubscriber } from "../../src/event-log/durable-subscriber.ts";
import type { DurableSubscriberOptions } from "../../src/event-log/subscriber-options.ts";
import type { TaskerEvent } from "../../src/events/event.ts";

/** Starts a subscriber that looks often, and stops it when the test ends. */
export async function startSubscriber(
  database: Database,
  options: Omit<DurableSubscriberOptions, "database">,
): Promise<DurableSubscriber> {
  const subscriber = new DurableSubscriber({ pollMs: 20, random: () => 0.5, ...options, database });
  onTestFinished(() => subscriber.stop({ graceMs: 0 }));
  await subscriber.start();
  return subscriber;
}

/** What a subscriber got, by task, in the order in which it came. */
export class Story {
  readonly events: TaskerEvent[] = [];
  readonly handle = (event: TaskerEvent): void => void this.events.push(event);

  /** Names of what a task's events are about, such as `step.completed a`. */
  of(taskId: number): string[] {
    return this.events.filter((event) => event.taskId === taskId).map(tell);
  }
}

/** An event as a line of a story. */
export function tell({ name, stepName }: TaskerEvent): string {
  return stepName === null ? name : `${name} ${stepName}`;
}
