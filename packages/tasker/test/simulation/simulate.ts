import { DefinitionCache } from "../../src/engine/compiled-definition.ts";
import { PermanentError, RetryableError } from "../../src/errors/index.ts";
import type { TaskTemplate } from "../../src/handlers/task-template.ts";
import { type Random, randomInteger, randomItem, seededRandom } from "../../src/testing/random.ts";
import { graphTemplate } from "../../src/testing/run/graph-template.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";
import { SimulatedProcess, type World } from "./simulated-process.ts";
import { StoredTasks } from "./stored-tasks.ts";

const LEASE_MS = 10_000;
const POLL_MS = 500;
/** Everything is over by then, in milliseconds of simulated time. */
const LONGEST_MS = 3_600_000;
/** Until then there are disturbances. */
const UPSETS_MS = 20_000;

interface StepPlan {
  readonly parents: readonly number[];
  readonly failures: number;
  readonly dies: boolean;
}

const nameOf = (place: number) => `s${place}`;

function drawSteps(random: Random): StepPlan[] {
  return Array.from({ length: randomInteger(random, 1, 9) }, (_, place) => ({
    parents:
      place === 0
        ? []
        : [...new Set([0, 0, 0].map(() => randomInteger(random, 0, 2 * place)))].filter((p) => p < place),
    failures: random() < 0.2 ? randomInteger(random, 1, 3) : 0,
    dies: random() < 0.05,
  }));
}

function templateOf(steps: readonly StepPlan[], version: number, clock: ManualClock, random: Random): TaskTemplate {
  return graphTemplate("", {
    version: `${version}.0.0`,
    steps: Object.fromEntries(steps.map(({ parents }, place) => [nameOf(place), { dependsOn: parents.map(nameOf) }])),
    run: async (_task, sequence, step) => {
      const { parents = [], failures = 0, dies = false } = steps[Number(step.name.slice(1))] ?? {};
      for (const parent of parents) sequence.resultsOf(nameOf(parent));
      if (random() < 0.7) await clock.sleep(randomInteger(random, 1, 3_000), step.signal);
      if (step.attempt <= failures) throw new RetryableError("again");
      if (dies) throw new PermanentError("never");
      return step.name;
    },
  });
}

/** How a task has to stand in the end, whatever happened to its processes. */
function foresee(steps: readonly StepPlan[]): {
  readonly state: string;
  readonly steps: Readonly<Record<string, string>>;
} {
  const satisfied: boolean[] = [];
  const standing = steps.map(({ parents, failures, dies }, place) => {
    const isReached = parents.every((parent) => satisfied[parent]);
    const isDone = isReached && failures < 3 && !dies;
    satisfied.push(isDone);
    const attempts = Math.min(failures + 1, 3);
    return [nameOf(place), isDone ? `complete ${attempts}` : isReached ? `error ${attempts}` : "pending 0"];
  });
  return { state: satisfied.every(Boolean) ? "complete" : "error", steps: Object.fromEntries(standing) };
}

/** Lets everything happen that needs no time to pass. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/**
 * Plays processes, tasks and what goes wrong by a seed, in simulated time.
 * @returns what was not as it has to be; nothing if all is well
 */
export async function simulate(seed: number): Promise<string[]> {
  const random = seededRandom(seed);
  const clock = new ManualClock(0);
  const stored = new StoredTasks();
  const plans = Array.from({ length: randomInteger(random, 1, 6) }, () => drawSteps(random));
  const templates = plans.map((steps, place) => templateOf(steps, place + 1, clock, random));
  const definitions = new DefinitionCache();
  for (const [place, template] of templates.entries()) {
    stored.add(place + 1, template, definitions.compile(template.definition).hash);
  }
  let lastProcess = 0;
  let failures = randomItem(random, [0, 0.02, 0.1]) ?? 0;
  const world: World = {
    stored,
    clock,
    random,
    templates,
    get failures() {
      return failures;
    },
    nextProcessId: () => {
      lastProcess += 1;
      return lastProcess;
    },
  };
  const fleet = Array.from({ length: randomInteger(random, 1, 3) }, () => new SimulatedProcess(world));
  const upsets = randomItem(random, [0, 0.1, 0.3]) ?? 0;
  const poll = () => {
    for (const one of fleet) if (!one.isDead) void one.claim();
    if (clock.now() < UPSETS_MS) {
      if (random() < upsets) upset(world, fleet);
    } else failures = 0;
    clock.after(POLL_MS, poll);
  };
  poll();
  while (stored.open.length > 0 && clock.now() < LONGEST_MS && stored.violations.length === 0) {
    await settle();
    clock.advance(Math.max(0, (clock.timers[0] ?? 0) - clock.now()));
  }
  const ends = plans.flatMap((steps, place) => {
    const found = JSON.stringify(stored.standing(place + 1));
    const expected = JSON.stringify(foresee(steps));
    return found === expected ? [] : [`task ${place + 1} is ${found}, expected ${expected}`];
  });
  return [...stored.violations, ...stored.open, ...ends];
}

/** Kills a process, declares one dead that lives, or changes a task. */
function upset(world: World, fleet: SimulatedProcess[]): void {
  const { random, stored, clock } = world;
  const place = randomInteger(random, 0, fleet.length - 1);
  const victim = fleet[place];
  if (victim === undefined) return;
  const { processId } = victim.runtime;
  const kind = randomItem(random, ["kill", "zombie", "touch"] as const);
  if (kind === "kill") {
    victim.isDead = true;
    fleet[place] = new SimulatedProcess(world);
    clock.after(LEASE_MS, () => stored.takeOver(processId, clock.now()));
  } else if (kind === "zombie") {
    stored.takeOver(processId, clock.now());
    clock.after(randomInteger(random, 0, 5_000), () => {
      if (victim.runtime.processId === processId) victim.startOver();
      stored.takeOver(processId, clock.now());
    });
  } else {
    const taskId = randomInteger(random, 1, world.templates.length);
    const { owner, revision } = stored.touch(taskId);
    // The owner may hear of it, or find out by a refusal.
    if (random() < 0.5)
      for (const one of fleet) if (one.runtime.processId === owner) one.runtime.tasks.recheck(taskId, revision);
  }
}
