import { z } from "zod";

const count = z.int().min(1);

/** How much work each benchmark does. The command line has one set; tests use a small one. */
export const Sizes = z.strictObject({
  /** Samples of round trips and of writes to the disk, and steps of the loop, in machine. */
  machineSamples: count,
  machineLoop: count,
  /** Tasks run before each measurement, of the same shape. Not used by the latency benchmarks. */
  warmupTasks: count,
  /** W1 and W1-defaults. */
  linearTasks: count,
  /** W1-sustained. */
  sustainedTasks: count,
  /** W2. */
  fanTasks: count,
  /** W3. */
  singleTasks: count,
  /** W4, chain-4 and transition. */
  latencyTasks: count,
  latencyWarmupTasks: count,
  /** Items of the list in fan-out. */
  fanOutItems: count,
  /** Steps of the chain in flatness. */
  flatSteps: z.int().min(12),
  /** Numbers of processes in scaling, and the tasks for each. */
  scalingProcesses: z.array(count).min(1),
  scalingTasks: count,
  /** Tasks of remote, in each of its rounds, and rounds of each kind. */
  remoteTasks: count,
  remoteRounds: count,
  /** Steps of the tasks of http-create, each in a run of its own. */
  httpSteps: z.array(count).min(1),
  /** How long each load of http-create and http-read takes, in seconds. */
  httpSeconds: z.number().positive(),
  /** Tasks that are there in http-read. */
  listedTasks: count,
  /** Clients of live, and rounds of W1 with each kind of them. */
  watchers: count,
  watchRounds: count,
  /** Events of one round. */
  events: count,
  /** Tasks of ten steps of which a durable subscriber is told. */
  durableTasks: count,
  /** Tasks that are loaded and wait while memory is measured. */
  liveTasks: count,
  /** Processes that are started one after the other. */
  starts: count,
  /** Tasks of soak, and over how many minutes they are spread. */
  soakTasks: count,
  soakMinutes: z.number().positive(),
  /** Steps of the resolver's graphs. */
  graphSteps: z.array(z.int().min(3)).min(1),
  /** Steps of the graphs of which the database and the memory are asked. */
  storedGraphSteps: z.array(z.int().min(3)).min(1),
  /** Samples of which the resolver and the comparison with the database take the median. */
  samples: count,
  /** Tasks of ten steps in the database of which all scopes and functions are asked. */
  dataTasks: count,
  dataSamples: count,
  /** The same, for the comparison with ActiveRecord, and the tasks that both run. */
  railsTasks: count,
  railsLifeCycleTasks: count,
  /** Rounds of telemetry, each with the tasks of W1 in every variant. */
  telemetryRounds: count,
  /** Tasks of one step that wait in the namespace beside. */
  backlogTasks: count,
  /** How long the server is restarted again and again, and how long it runs in between, in seconds. */
  restartSeconds: z.number().positive(),
  restartEverySeconds: z.number().positive(),
  /** Shortest time that a sample may take, in milliseconds: quick calls are repeated within one. */
  sampleMs: z.number().positive(),
});
export type Sizes = z.infer<typeof Sizes>;

/** What `npm run bench` measures. */
export const FULL_SIZES: Sizes = {
  machineSamples: 2_000,
  machineLoop: 50_000_000,
  warmupTasks: 5,
  linearTasks: 500,
  sustainedTasks: 10_000,
  fanTasks: 200,
  singleTasks: 10_000,
  latencyTasks: 300,
  latencyWarmupTasks: 50,
  fanOutItems: 10_000,
  flatSteps: 10_000,
  scalingProcesses: [1, 2, 3, 4],
  scalingTasks: 2_000,
  remoteTasks: 200,
  remoteRounds: 3,
  httpSteps: [1, 4, 10],
  httpSeconds: 8,
  listedTasks: 1_000_000,
  watchers: 10_000,
  watchRounds: 3,
  events: 1_000_000,
  durableTasks: 2_000,
  liveTasks: 10_000,
  starts: 7,
  soakTasks: 1_000_000,
  soakMinutes: 30,
  graphSteps: [10, 100, 1_000, 10_000, 100_000],
  storedGraphSteps: [10, 100, 1_000, 10_000],
  dataTasks: 100_000,
  dataSamples: 7,
  railsTasks: 20_000,
  railsLifeCycleTasks: 100,
  telemetryRounds: 9,
  backlogTasks: 1_000_000,
  restartSeconds: 180,
  restartEverySeconds: 10,
  samples: 51,
  sampleMs: 1,
};
