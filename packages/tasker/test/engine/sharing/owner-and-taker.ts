import type { Database } from "../../../src/database/database.ts";
import type { EngineOptions } from "../../../src/engine/options.ts";
import type { StepExecution, TaskView } from "../../../src/handlers/execution.ts";
import type { JsonObject } from "../../../src/json/json-value.ts";
import type { StepDefinition } from "../../../src/templates/definition.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";
import {
  type EngineUnderTest,
  type Gate,
  graphTemplate,
  makeGate,
  readState,
  startEngine,
  until,
} from "../../support/engine-harness.ts";

/** What a handler does with a step of the task. */
export type Play = (step: StepExecution, task: TaskView) => unknown;

/** Options of {@link startOwnerAndTaker}. */
export interface PairOptions {
  readonly edges: string;
  readonly steps?: Readonly<Record<string, Partial<StepDefinition>>>;
  /** What the handlers of the taker do. Default: the name of the step. */
  readonly taker?: Play;
  /** Slots of the taker. Default: 10. */
  readonly takerSlots?: number;
  /** Options of both engines. */
  readonly both?: Pick<EngineOptions, "encryption">;
  /** Default: nothing in it. */
  readonly context?: JsonObject;
  /** Done when the owner has the task, and there is no taker yet. */
  readonly beforeTaker?: (owner: EngineUnderTest) => Promise<unknown>;
}

/** An engine whose only slot is taken, and one that runs its other steps. */
export interface OwnerAndTaker {
  readonly owner: EngineUnderTest;
  readonly taker: EngineUnderTest;
  readonly clock: ManualClock;
  readonly taskId: number;
  /** Ends the step that the owner runs itself. */
  readonly held: Gate<string>;
  /** Starts another engine, whose handlers do as the function says. */
  start(play: Play): Promise<EngineUnderTest>;
  /** Moves the clock until something holds. */
  wait(holds: () => boolean | Promise<boolean>, what: string): Promise<void>;
  /** Moves the clock until the task has ended; gives its state. */
  end(): Promise<unknown>;
}

/** Starts two engines and a task of which the owner runs one step, for as long as the test wants, and the taker the others. */
export async function startOwnerAndTaker(database: Database, options: PairOptions): Promise<OwnerAndTaker> {
  const { edges, steps = {}, taker: play = (step) => step.name } = options;
  const clock = new ManualClock();
  const held = makeGate<string>();
  const template = (run: Play) => graphTemplate(edges, { steps, run: (task, _sequence, step) => run(step, task) });
  const common = { clock, pollIntervalMs: 50, ...options.both };
  const wait: OwnerAndTaker["wait"] = (holds, what) =>
    until(async () => {
      clock.advance(50);
      return holds();
    }, what);
  const start = (run: Play) =>
    startEngine(database, [template(run)], { ...common, concurrency: options.takerSlots ?? 10 });
  let first: string | null = null;
  const owner = await startEngine(
    database,
    [
      template((step) => {
        first ??= step.name;
        return step.name === first ? held.promise : step.name;
      }),
    ],
    { ...common, concurrency: 1 },
  );
  const { taskId } = await owner.engine.submit({ name: "graph", context: options.context ?? {} });
  await options.beforeTaker?.(owner);
  const taker = await start(play);
  return {
    owner,
    taker,
    clock,
    taskId,
    held,
    start,
    wait,
    async end() {
      const isOver = async () => !["pending", "in_progress"].includes(String(await readState(database, taskId)));
      await wait(isOver, `the end of task ${taskId}`);
      return readState(database, taskId);
    },
  };
}

/** Makes a process look dead: its lease ended a moment ago. */
export const expire = (database: Database, { engine }: EngineUnderTest) =>
  database.execute(`update tasker_processes set stopped_at = now() at time zone 'UTC'
    where process_id = ${engine.statistics().processId}`);
