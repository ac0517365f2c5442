import type { Connection } from "../../database/database.ts";
import * as AnnotationType from "../../models/annotation-type/annotation-type.ts";
import * as DependentSystem from "../../models/dependent-system/dependent-system.ts";
import * as ObjectMap from "../../models/dependent-system-object-map/dependent-system-object-map.ts";
import * as NamedStep from "../../models/named-step/named-step.ts";
import * as NamedTask from "../../models/named-task/named-task.ts";
import * as Task from "../../models/task/task.ts";
import * as TaskAnnotation from "../../models/task-annotation/task-annotation.ts";
import * as TaskNamespace from "../../models/task-namespace/task-namespace.ts";
import * as WorkflowStep from "../../models/workflow-step/workflow-step.ts";
import type { QueryBudget } from "../limits/query-budget.ts";
import type { StepSource } from "../sources.ts";
import { batchLoader, mapValues } from "./batch-loader.ts";
import { readLinks } from "./read-links.ts";
import { type OwnerOf, readTasks } from "./read-tasks.ts";

/** Everything that fields are read from, by ids. Made for each request, so that nobody sees what was read for somebody else. */
export type Loaders = ReturnType<typeof makeLoaders>;

/** What loaders read with. */
export interface LoaderParts {
  readonly database: Connection;
  readonly budget: QueryBudget;
  readonly ownerOf: OwnerOf;
}

/** Makes the loaders of one request. */
export function makeLoaders({ database, budget, ownerOf }: LoaderParts) {
  const one = <Row, Kind extends string>(
    kind: Kind,
    find: (database: Connection, ids: Iterable<number>) => Promise<ReadonlyMap<number, Row>>,
  ) => batchLoader(budget, async (ids) => mapValues(await find(database, ids), (row) => ({ kind, row })), null);

  const taskOf = (id: number) => ({ task_id: id });
  const stepOf = (id: number) => ({ workflow_step_id: id });
  return {
    tasks: batchLoader(budget, (ids) => readTasks(database, ids, ownerOf), null),
    taskStates: batchLoader(budget, (ids) => Task.loadStatuses(database, ids.map(taskOf)), "pending"),
    annotations: one("TaskAnnotation", TaskAnnotation.findMany),
    annotationsOfTask: batchLoader(
      budget,
      async (ids) =>
        mapValues(await Task.loadTaskAnnotations(database, ids.map(taskOf)), (rows) =>
          rows.map((row) => ({ kind: "TaskAnnotation" as const, row })),
        ),
      [],
    ),
    annotationTypes: one("Annotation", AnnotationType.findMany),
    steps: batchLoader<StepSource, null>(
      budget,
      async (ids) =>
        mapValues(await WorkflowStep.findMany(database, ids), (row) => ({ kind: "WorkflowStep" as const, row })),
      null,
    ),
    stepStates: batchLoader(budget, (ids) => WorkflowStep.loadStatuses(database, ids.map(stepOf)), "pending"),
    parentIds: batchLoader(
      budget,
      async (ids) =>
        mapValues(await WorkflowStep.loadIncomingEdges(database, ids.map(stepOf)), (edges) =>
          distinct(edges.map((edge) => edge.from_step_id)),
        ),
      [],
    ),
    childIds: batchLoader(
      budget,
      async (ids) =>
        mapValues(await WorkflowStep.loadOutgoingEdges(database, ids.map(stepOf)), (edges) =>
          distinct(edges.map((edge) => edge.to_step_id)),
        ),
      [],
    ),
    namedTasks: one("NamedTask", NamedTask.findMany),
    namespaceNames: batchLoader(
      budget,
      async (ids) => mapValues(await TaskNamespace.findMany(database, ids), ({ name }) => name),
      null,
    ),
    namedSteps: one("NamedStep", NamedStep.findMany),
    linksOfNamedTask: batchLoader(budget, (ids) => readLinks(database, ids), []),
    systems: one("DependentSystem", DependentSystem.findMany),
    objectMaps: one("DependentSystemObjectMap", ObjectMap.findMany),
    objectMapsOfSystem: batchLoader(
      budget,
      async (ids) =>
        mapValues(
          await DependentSystem.loadObjectMaps(
            database,
            ids.map((id) => ({ dependent_system_id: id })),
          ),
          (rows) => rows.map((row) => ({ kind: "DependentSystemObjectMap" as const, row })),
        ),
      [],
    ),
  };
}

function distinct(ids: readonly number[]): number[] {
  return [...new Set(ids)].sort((a, b) => a - b);
}
