import { randomUUID } from "node:crypto";
import { type Clock, systemClock } from "../../clock/clock.ts";
import type { Database } from "../../database/database.ts";
import type { JsonObject } from "../../json/json-value.ts";
import { type Random, seededRandom } from "../random.ts";
import type { Shape } from "../shapes/shape.ts";
import { checkSize } from "../shapes/sized-shapes.ts";
import type { RowStyle } from "../states/encode-stories.ts";
import { openStoryWriter, StoryWriter } from "../states/story-writer.ts";
import { type TaskStory, tellTask } from "../states/task-story.ts";
import { type BulkState, drawPlan } from "./bulk-plan.ts";
import { distribute, type Share } from "./distribute.ts";

/** What {@link generateTasks} makes. */
export interface GenerateOptions {
  /** Number of tasks, 0 or more. */
  readonly count: number;
  /** Which shapes, in which proportion. */
  readonly shapes: readonly Share<Shape>[];
  /** Which states, in which proportion. Default: all `pending`. */
  readonly states?: readonly Share<BulkState>[];
  /** The same seed and options give the same tasks, apart from ids. Default: 1. */
  readonly seed?: number;
  /** Shapes mixed by chance, in the order listed, or by turns whatever their shares. Default: mixed. */
  readonly shapeOrder?: "mixed" | "listed" | "cycled";
  /** States mixed by chance or in the order listed. Default: mixed. */
  readonly stateOrder?: "mixed" | "listed";
  /** The tasks were created evenly between these moments. Default: the hour before now. */
  readonly createdBetween?: { readonly from: Date; readonly to: Date };
  /** Stored in the context of each task as `batch_id`. Default: a new UUID. */
  readonly batchId?: string;
  /** Default: `engine`. */
  readonly style?: RowStyle;
  /** Tasks to a transaction. Default: 5,000. */
  readonly chunkSize?: number;
  /**
   * False writes without checking foreign keys, which takes much of the time; the rows are consistent by themselves. Needs
   * a superuser, as in the embedded database. Default: true.
   */
  readonly checkForeignKeys?: boolean;
  /** Called after each transaction. */
  readonly onProgress?: (progress: { readonly tasks: number; readonly steps: number; readonly count: number }) => void;
  /** Ends the generation between two transactions, with the signal's reason. What was written stays. */
  readonly signal?: AbortSignal;
  /** Gives the time for the default of `createdBetween`. Default: the machine's. */
  readonly clock?: Clock;
}

/** A task that was generated. */
export interface GeneratedTask {
  readonly taskId: number;
  /** Name of the shape. */
  readonly pattern: string;
  readonly state: BulkState;
}

/** What was generated. */
export interface GeneratedBatch {
  readonly batchId: string;
  readonly tasks: readonly GeneratedTask[];
  readonly totalCount: number;
  readonly stepCount: number;
  /** Number of tasks by the names of the shapes. */
  readonly patternCounts: Readonly<Record<string, number>>;
  readonly stateCounts: Readonly<Record<string, number>>;
}

/** Transactions that write at the same time, where the database has the connections. */
const MOST_LANES = 4;
/** Different histories for each shape and state. */
const VARIANTS = 8;
const HOUR_MS = 3_600_000;
const ALL_PENDING: readonly Share<BulkState>[] = [{ item: "pending", share: 1 }];

/**
 * Writes many tasks with their steps, edges, transitions and run rows, a few thousand to a statement. Every task has the
 * history that the engine would have written (see `tasksInState`), so engines can go on with those that are not over.
 * @throws ConfigurationError for a count or shares that make no sense
 * @throws the signal's reason
 */
export async function generateTasks(database: Database, options: GenerateOptions): Promise<GeneratedBatch> {
  const { count, shapes, states = ALL_PENDING, seed = 1, style = "engine", chunkSize = 5_000, signal } = options;
  const { batchId = randomUUID(), checkForeignKeys = true, onProgress, clock = systemClock } = options;
  checkSize("count", count, 0);
  checkSize("chunkSize", chunkSize, 1);
  const { from, to } = options.createdBetween ?? { from: new Date(clock.now() - HOUR_MS), to: new Date(clock.now()) };
  const random = seededRandom(seed);
  const writer = await openStoryWriter(database);
  const { stories, storyOf } = tellStories(shapes, states, (plan) => tellTask(plan, writer), random);
  const shapeOf = deal(count, shapes, options.shapeOrder, random);
  const stateOf = deal(count, states, options.stateOrder, random);
  const storyWriter = await StoryWriter.open(database, stories, { writer, style, now: from });
  const drawChunk = (first: number) =>
    Array.from({ length: Math.min(chunkSize, count - first) }, (_, place) => {
      const number = first + place;
      const [shape, state] = [shapeOf[number] ?? 0, stateOf[number] ?? 0];
      const share = (number + random()) / count;
      const createdAt = new Date(from.getTime() + Math.floor(share * (to.getTime() - from.getTime())));
      const context: JsonObject = { ...shapes[shape]?.item.context, batch_id: batchId, number };
      return { story: storyOf(shape, state, random), createdAt, context, shape, state };
    });
  const tasks: GeneratedTask[] = [];
  let [first, stepCount, taskCount] = [0, 0, 0];
  const writeChunks = async () => {
    while (first < count) {
      signal?.throwIfAborted();
      const start = first;
      first += chunkSize;
      const chunk = drawChunk(start);
      const written = await database.transaction(async (transaction) => {
        if (!checkForeignKeys) await transaction.execute("set local session_replication_role = replica");
        return storyWriter.write(transaction, chunk);
      });
      for (const [place, { shape, state }] of chunk.entries()) {
        const { taskId = 0, stepIds = [] } = written[place] ?? {};
        stepCount += stepIds.length;
        const pattern = shapes[shape]?.item.definition.name ?? "";
        tasks[start + place] = { taskId, pattern, state: states[state]?.item ?? "pending" };
      }
      taskCount += chunk.length;
      onProgress?.({ tasks: taskCount, steps: stepCount, count });
    }
  };
  const lanes = Array.from({ length: Math.min(database.parallelism, MOST_LANES) }, writeChunks);
  // All have stopped before a failure is told: nothing is written after that.
  await Promise.allSettled(lanes);
  await Promise.all(lanes);
  const patternCounts = countBy(tasks, ({ pattern }) => pattern);
  return {
    batchId,
    tasks,
    totalCount: count,
    stepCount,
    patternCounts,
    stateCounts: countBy(tasks, ({ state }) => state),
  };
}

/** Tells some histories for each shape and state, and gives a function that draws one of them. */
function tellStories(
  shapes: readonly Share<Shape>[],
  states: readonly Share<BulkState>[],
  tell: (plan: ReturnType<typeof drawPlan>) => TaskStory,
  random: Random,
) {
  const stories: TaskStory[] = [];
  for (const { item: shape } of shapes) {
    for (const { item: state } of states) {
      for (let variant = 0; variant < VARIANTS; variant++)
        stories.push(tell(drawPlan(shape.definition, state, random)));
    }
  }
  const storyOf = (shape: number, state: number, draw: Random) =>
    (shape * states.length + state) * VARIANTS + Math.floor(draw() * VARIANTS);
  return { stories, storyOf };
}

/** For each task the place of its share. */
function deal(
  count: number,
  shares: readonly Share<unknown>[],
  order: GenerateOptions["shapeOrder"],
  random: Random,
): Uint32Array {
  const dealt = new Uint32Array(count);
  if (order === "cycled") return dealt.map((_, place) => place % shares.length);
  let next = 0;
  for (const [place, part] of distribute(count, shares).entries()) {
    dealt.fill(place, next, next + part);
    next += part;
  }
  if (order === "listed") return dealt;
  // Fisher and Yates
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [dealt[last], dealt[other]] = [dealt[other] ?? 0, dealt[last] ?? 0];
  }
  return dealt;
}

function countBy<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
}
