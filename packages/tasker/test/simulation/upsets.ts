import { randomInteger, randomItem } from "../../src/testing/random.ts";
import { SimulatedProcess } from "./simulated-process.ts";
import type { StoredTask } from "./stored-task.ts";
import type { World } from "./world.ts";

const LEASE_MS = 10_000;

/** Kills a process, declares one dead that lives, or changes a task. */
export function upset(world: World, fleet: SimulatedProcess[]): void {
  const { random, stored, clock } = world;
  const place = randomInteger(random, 0, fleet.length - 1);
  const victim = fleet[place];
  if (victim === undefined) return;
  const { processId } = victim.runtime;
  const kind = randomItem(random, ["kill", "zombie", "touch"] as const);
  if (kind === "kill") {
    victim.kill();
    fleet[place] = new SimulatedProcess(world);
    clock.after(LEASE_MS, () => stored.takeOver(processId, clock.now()));
  } else if (kind === "zombie") {
    stored.takeOver(processId, clock.now());
    clock.after(randomInteger(random, 0, 5_000), () => {
      if (victim.runtime.processId === processId) victim.startOver();
    });
  } else {
    const task = randomItem(random, stored.all());
    if (task === undefined) return;
    stored.touch(task);
    hint(world, fleet, task);
  }
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
