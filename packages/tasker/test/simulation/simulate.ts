import { DefinitionCache } from "../../src/engine/compiled-definition.ts";
import { keepLateResults } from "../../src/engine/sharing/late-results.ts";
import { adoptExecutions } from "../../src/engine/sharing/offer-statements.ts";
import { randomInteger, randomItem, seededRandom } from "../../src/testing/random.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";
import { Answers } from "./answers.ts";
import { Audit } from "./audit.ts";
import { SimulatedProcess } from "./simulated-process.ts";
import { StoredSignals } from "./stored-signals.ts";
import { StoredTasks } from "./stored-tasks.ts";
import { drawSteps, judgeEnd, templateOf } from "./task-plan.ts";
import { hint, upset } from "./upsets.ts";
import type { World } from "./world.ts";

/** Time between two chances for something to go wrong. */
const UPSET_MS = 500;
/** Everything is over by then, in milliseconds of simulated time. */
const LONGEST_MS = 7_200_000;
/** Until then there are disturbances. */
const UPSETS_MS = 20_000;

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
  const answers = new Answers();
  const audit = new Audit();
  // Nothing is shared: no step runs outside of the process that owns its task. What comes too late is not looked at again.
  answers.on(adoptExecutions, () => []);
  answers.on(keepLateResults, () => []);
  const signals = new StoredSignals(answers, audit);
  const stored = new StoredTasks(answers, audit, (commit, moved) => signals.take(commit, moved));
  const plans = Array.from({ length: randomInteger(random, 1, 6) }, () => drawSteps(random));
  const templates = plans.map((steps, place) => templateOf(steps, place + 1, clock, random));
  let lastProcess = 0;
  const world: World = {
    clock,
    random,
    answers,
    stored,
    templates,
    failures: randomItem(random, [0, 0.02, 0.1]) ?? 0,
    nextProcessId: () => {
      lastProcess += 1;
      return lastProcess;
    },
  };
  const definitions = new DefinitionCache();
  for (const [place, template] of templates.entries()) {
    stored.submit(place + 1, template, definitions.compile(template.definition).hash);
  }
  const fleet = Array.from({ length: randomInteger(random, 1, 3) }, () => new SimulatedProcess(world));
  for (const [place, steps] of plans.entries()) {
    const task = stored.get(place + 1);
    for (const { waits } of steps) {
      if (waits?.wait.kind !== "signal" || waits.sentAt === null) continue;
      const { name } = waits.wait;
      clock.after(waits.sentAt, () => {
        signals.send(stored, task, name, clock.now());
        hint(world, fleet, task);
      });
    }
  }
  const upsets = randomItem(random, [0, 0.1, 0.3]) ?? 0;
  const disturb = () => {
    if (clock.now() >= UPSETS_MS) {
      world.failures = 0;
      return;
    }
    if (random() < upsets) upset(world, fleet);
    clock.after(UPSET_MS, disturb);
  };
  disturb();
  while (stored.open.length > 0 && clock.now() < LONGEST_MS && audit.violations.length === 0) {
    await settle();
    clock.advance(Math.max(0, (clock.timers[0] ?? 0) - clock.now()));
  }
  const unanswered = [...answers.unknown].map((name) => `the simulated database does not know ${name}`);
  const ends = plans.map((steps, place) => judgeEnd(steps, stored.get(place + 1))).filter((end) => end !== null);
  return [...audit.violations, ...unanswered, ...stored.open, ...ends];
}
