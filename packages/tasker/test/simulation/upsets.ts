import { randomInteger, randomItem } from "../../src/testing/random.ts";
import { act, drawAction } from "./operator.ts";
import { SimulatedProcess } from "./simulated-process.ts";
import type { StoredTask } from "./stored-task.ts";
import type { World } from "./world.ts";

const LEASE_MS = 10_000;

/** Kills a process, declares one dead that lives, changes a task, or has an operator act on one. */
export function upset(world: World, fleet: SimulatedProcess[]): void {
  const { random, stored, clock } = world;
  const place = randomInteger(random, 0, fleet.length - 1);
  const victim = fleet[place];
  if (victim === undefined) return;
  const { processId } = victim.runtime;
  const operations = world.operated.size === 0 ? [] : (["operate", "operate", "operate"] as const);
  const kind = randomItem(random, ["kill", "zombie", "touch", ...operations] as const);
  if (kind === "kill") {
    victim.kill();
    fleet[place] = new SimulatedProcess(world);
    clock.after(LEASE_MS, () => declareDead(world, processId));
  } else if (kind === "zombie") {
    declareDead(world, processId);
    clock.after(randomInteger(random, 0, 5_000), () => {
      if (victim.runtime.processId === processId) victim.startOver();
    });
  } else {
    const tasks = stored.all().filter(({ taskId }) => kind === "touch" || world.operated.has(taskId));
    const task = randomItem(random, tasks);
    if (task === undefined) return;
    if (kind === "touch") stored.touch(task);
    else act(stored, task, drawAction(task, random), clock.now());
    hint(world, fleet, task);
  }
}

function declareDead({ stored, permits, clock }: World, processId: number): void {
  stored.takeOver(processId, clock.now());
  permits.release(processId);
}

/** Somebody has changed a task: half of the time its owner is told so, else it finds out by itself. */
export function hint(
  { random }: World,
  fleet: readonly SimulatedProcess[],
  { taskId, owner, revision }: StoredTask,
): void {
  if (random() < 0.5) return;
  for (const { runtime } of fleet) if (runtime.processId === owner) runtime.tasks.recheck(taskId, revision);
}
