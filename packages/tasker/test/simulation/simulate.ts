import { tellHints } from "../../src/database/hints/hint.ts";
import { DefinitionCache } from "../../src/engine/compiled-definition.ts";
import { type Random, randomInteger, randomItem, seededRandom } from "../../src/testing/random.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";
import { Answers } from "./answers.ts";
import { Audit } from "./audit.ts";
import { followClock } from "./follow-clock.ts";
import { judgeRest } from "./judge-rest.ts";
import { drawLimits, RunningHandlers } from "./limit-plan.ts";
import { act } from "./operator.ts";
import { SimulatedProcess } from "./simulated-process.ts";
import { StoredExecutions } from "./stored-executions.ts";
import { StoredPermits } from "./stored-permits.ts";
import { StoredSignals } from "./stored-signals.ts";
import { StoredTasks } from "./stored-tasks.ts";
import { drawSteps, judgeEnd, type StepPlan, templateOf } from "./task-plan.ts";
import { hint, upset } from "./upsets.ts";
import type { World } from "./world.ts";

/** Time between two chances for something to go wrong. */
const UPSET_MS = 500;
/** Everything is over by then, in milliseconds of simulated time. */
const LONGEST_MS = 7_200_000;
/** Turns in which something may happen at one moment. */
const MOST_TURNS = 1_000;
/** Until then there are disturbances. */
const UPSETS_MS = 20_000;

/**
 * Plays processes, tasks and what goes wrong by a seed, in simulated time.
 * @returns what was not as it has to be; nothing if all is well
 */
export async function simulate(seed: number): Promise<string[]> {
  const clock = new ManualClock(0);
  const unfollow = followClock(clock);
  try {
    return await play(seededRandom(seed), clock);
  } finally {
    unfollow();
  }
}

async function play(random: Random, clock: ManualClock): Promise<string[]> {
  const answers = new Answers();
  const audit = new Audit();
  const signals = new StoredSignals(answers, audit);
  const stored = new StoredTasks(answers, audit, (commit, moved) => {
    signals.take(commit, moved);
    executions.written(commit, moved);
  });
  const executions = new StoredExecutions(answers, stored, clock);
  const isGone = (processId: number) => stored.isGone(processId);
  const permits = new StoredPermits(answers, isGone);
  const limits = drawLimits(random);
  const plans = Array.from({ length: randomInteger(random, 1, 6) }, () => drawSteps(random, limits));
  let lastProcess = 0;
  const world: World = {
    ...{ clock, random, answers, stored, permits, plans },
    handlers: new RunningHandlers(audit.violations, isGone),
    operated: drawOperated(plans, random),
    settings: { concurrency: randomItem(random, [1, 2, 5]) ?? 5, sharing: random() < 0.7 },
    failures: randomItem(random, [0, 0.02, 0.1]) ?? 0,
    nextProcessId: () => {
      lastProcess += 1;
      return lastProcess;
    },
  };
  submit(world);
  const fleet = Array.from({ length: randomInteger(random, 1, 3) }, () => new SimulatedProcess(world));
  answers.on(tellHints, ([payload]) => {
    if (random() < 0.7) for (const one of fleet) one.runtime.hints.receive(payload);
    return [];
  });
  sendSignals(world, signals, fleet);
  disturb(world, fleet, randomItem(random, [0, 0.1, 0.3]) ?? 0);
  const isOver = () => stored.open.length === 0 && clock.now() >= UPSETS_MS;
  for (let standing = 0; !isOver() && clock.now() < LONGEST_MS && audit.violations.length === 0; ) {
    await settle();
    const passed = Math.max(0, (clock.timers[0] ?? LONGEST_MS) - clock.now());
    clock.advance(passed);
    standing = passed === 0 ? standing + 1 : 0;
    if (standing > MOST_TURNS) audit.violations.push(`something goes on without end at ${clock.now()}`);
  }
  for (const one of fleet) one.kill();
  const unanswered = [...answers.unknown].map((name) => `the simulated database does not know ${name}`);
  const ends = plans.map((plan, place) => {
    const task = stored.get(place + 1);
    return judgeRest(task) ?? (world.operated.has(task.taskId) ? null : judgeEnd(plan, task));
  });
  return [...audit.violations, ...unanswered, ...stored.open, ...ends.filter((end) => end !== null)];
}

/** Lets everything happen that needs no time to pass. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Half of the tasks in half of the simulations: how those end is not foreseen. */
function drawOperated(plans: readonly unknown[], random: Random): ReadonlySet<number> {
  const share = randomItem(random, [0, 0.5]) ?? 0;
  return new Set(plans.flatMap((_, place) => (random() < share ? [place + 1] : [])));
}

/** One task in four is to start later. */
function submit(world: World): void {
  const definitions = new DefinitionCache();
  for (const [place, plan] of world.plans.entries()) {
    const template = templateOf(plan, place + 1, world, () => 0);
    const startsAt = world.random() < 0.25 ? randomInteger(world.random, 1, 20_000) : 0;
    world.stored.submit(place + 1, template, definitions.compile(template.definition).hash, startsAt);
  }
}

function sendSignals(world: World, signals: StoredSignals, fleet: readonly SimulatedProcess[]): void {
  const { plans, stored, clock } = world;
  const send = (taskId: number, { waits }: StepPlan) => {
    if (waits?.wait.kind !== "signal" || waits.sentAt === null) return;
    const { name } = waits.wait;
    clock.after(waits.sentAt, () => {
      signals.send(stored, stored.get(taskId), name, clock.now());
      hint(world, fleet, stored.get(taskId));
    });
  };
  for (const [place, plan] of plans.entries()) for (const step of plan) send(place + 1, step);
}

/** Has something go wrong from time to time; then the operator lets everything go on, and nothing goes wrong any more. */
function disturb(world: World, fleet: SimulatedProcess[], share: number): void {
  const { clock, random, stored, operated } = world;
  if (clock.now() < UPSETS_MS) {
    if (random() < share) upset(world, fleet);
    clock.after(UPSET_MS, () => disturb(world, fleet, share));
    return;
  }
  world.failures = 0;
  for (const taskId of operated) {
    const task = stored.get(taskId);
    act(stored, task, { action: "resume_task", step: "", limit: 0, result: 0 }, clock.now());
    hint(world, fleet, task);
  }
}
