import type { Database } from "../../database/database.ts";
import {
  diamondWorkflow,
  linearWorkflow,
  mixedWorkflow,
  parallelMergeWorkflow,
  treeWorkflow,
} from "../shapes/reference-shapes.ts";
import type { Shape } from "../shapes/shape.ts";
import type { BulkState } from "./bulk-plan.ts";
import type { Share } from "./distribute.ts";
import { type GeneratedBatch, type GenerateOptions, generateTasks } from "./generate-tasks.ts";

/** The mix of the reference's batches: linear 30 %, diamond 25 %, parallel merge 20 %, tree 15 %, mixed 10 %. */
export function complexShapes(): readonly Share<Shape>[] {
  return [
    { item: linearWorkflow(), share: 0.3 },
    { item: diamondWorkflow(), share: 0.25 },
    { item: parallelMergeWorkflow(), share: 0.2 },
    { item: treeWorkflow(), share: 0.15 },
    { item: mixedWorkflow(), share: 0.1 },
  ];
}

/** The mix of states of the reference's data sets: 30 % complete, 10 % failed, the rest untouched. */
export const REALISTIC_STATES: readonly Share<BulkState>[] = [
  { item: "complete", share: 0.3 },
  { item: "error", share: 0.1 },
  { item: "pending", share: 0.6 },
];

/** Every state that a generated task can be in. */
export const EVERY_STATE: readonly Share<BulkState>[] = [
  { item: "complete", share: 0.5 },
  { item: "pending", share: 0.2 },
  { item: "in_progress", share: 0.1 },
  { item: "waiting", share: 0.08 },
  { item: "error", share: 0.08 },
  { item: "cancelled", share: 0.04 },
];

/** Options of the prepared batches. */
export type BatchOptions = Partial<GenerateOptions>;

/** `complex_workflow_batch`: 50 tasks, unless told otherwise, of the mix {@link complexShapes}. */
export function complexWorkflowBatch(database: Database, options: BatchOptions = {}): Promise<GeneratedBatch> {
  return generateTasks(database, { count: 50, shapes: complexShapes(), ...options });
}

/** `workflow_dataset`: 30 tasks of the same mix, the first 30 % complete, the next 10 % failed, the rest untouched. */
export function workflowDataset(database: Database, options: BatchOptions = {}): Promise<GeneratedBatch> {
  return generateTasks(database, {
    count: 30,
    shapes: complexShapes(),
    states: REALISTIC_STATES,
    stateOrder: "listed",
    ...options,
  });
}

/** A data set that cycles through the five shapes: linear, diamond, parallel merge, tree, mixed, linear, ... */
export function diverseDataset(database: Database, options: BatchOptions = {}): Promise<GeneratedBatch> {
  return generateTasks(database, { count: 25, shapes: complexShapes(), shapeOrder: "cycled", ...options });
}
