import { expect, test } from "vitest";
import { simulate } from "./simulate.ts";

/** How many seeds are played, and the first one: CONTRIBUTING.md. */
const RUNS = Number(process.env.TASKER_SIMULATION_RUNS ?? 100);
const SEED = Number(process.env.TASKER_SIMULATION_SEED ?? 1);

test(
  "any processes that die, come back, lose questions and answers bring any tasks to their foreseen ends",
  async () => {
    for (let seed = SEED; seed < SEED + RUNS; seed += 1) {
      expect(await simulate(seed), `seed ${seed}`).toEqual([]);
    }
  },
  Math.max(120_000, 200 * RUNS),
);
