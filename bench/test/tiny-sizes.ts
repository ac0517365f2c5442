import type { Sizes } from "../sizes.ts";

/** Enough to see that a benchmark works, in a fraction of a second. */
export const TINY_SIZES: Sizes = {
  warmupTasks: 2,
  linearTasks: 4,
  sustainedTasks: 6,
  fanTasks: 3,
  singleTasks: 8,
  latencyTasks: 5,
  latencyWarmupTasks: 2,
  graphSteps: [3, 30],
  storedGraphSteps: [3, 30],
  dataTasks: 40,
  dataSamples: 1,
  railsTasks: 40,
  railsLifeCycleTasks: 2,
  restartSeconds: 2,
  restartEverySeconds: 0.5,
  samples: 3,
  sampleMs: 0.01,
};
