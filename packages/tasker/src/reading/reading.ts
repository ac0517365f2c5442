import type { Connection } from "../database/database.ts";
import type { VisibleNamespaces } from "../models/visible-namespaces.ts";
import type { Encryption } from "../vault/encryption.ts";
import {
  loadAnnotations,
  type ReadAnnotation,
  type ReadAnnotationType,
  selectAnnotationTypes,
} from "./annotations/annotations.ts";
import type { Page, PageRequest } from "./paging/page.ts";
import { type ReadProcess, readProcesses } from "./processes/process-list.ts";
import { loadProtections } from "./protection/load-protections.ts";
import type { Protection, TaskProtection } from "./protection/task-protection.ts";
import { type ReadQueue, readQueues } from "./queues/queue-list.ts";
import { loadReferenceTasks } from "./reference/load-reference-tasks.ts";
import type { ReferenceTask } from "./reference/reference-objects.ts";
import { type OffsetRequest, sortedStepIds, sortedTaskIds } from "./reference/sorted-ids.ts";
import { type ReadSignal, readSignalPage, type SignalPageRequest } from "./signals/signal-page.ts";
import { loadSteps, loadStepsOfTasks, type ReadStep, readStepPage } from "./steps/step-page.ts";
import { namespaceOfTask, placeOfStep } from "./task/namespace-of.ts";
import { readTaskDetails, type TaskDetails } from "./task/task-details.ts";
import { readTaskPage, type TaskPage, type TaskPageRequest } from "./tasks/task-page.ts";
import { type ReadDefinition, readDefinition, selectDefinitionsOfVersion } from "./templates/definitions.ts";
import { type ReadTemplate, readTemplatePage, type TemplatePageRequest } from "./templates/template-page.ts";
import { type ReadTransition, readTransitionPage } from "./transitions/transition-page.ts";

/** What the read side needs. */
export interface ReadingParts {
  readonly database: Connection;
  /** Places that are not shown, besides those that templates name. Default: none. */
  readonly redact?: readonly string[];
  /** Decrypts what is encrypted. Default: it is shown as it is stored. */
  readonly encryption?: Encryption | null;
}

/**
 * What REST, GraphQL, MCP, the command line and the dashboard show. Lists take the namespaces that somebody may see; whether
 * somebody may see one task, step or definition is decided by its namespace before it is shown. Contexts, inputs and results
 * are decrypted, and without what is to be hidden. Pages throw InvalidRequestError for a limit or a cursor that is none.
 */
export class Reading {
  readonly #database: Connection;
  readonly #protection: Protection;

  constructor({ database, redact = [], encryption = null }: ReadingParts) {
    this.#database = database;
    this.#protection = { redact, encryption };
  }

  /** See {@link readTaskPage}. */
  tasks(request: TaskPageRequest): Promise<TaskPage> {
    return readTaskPage(this.#database, request);
  }

  /** The namespace of a task; null if there is no such task. */
  namespaceOfTask(taskId: number): Promise<string | null> {
    return namespaceOfTask(this.#database, taskId);
  }

  /** The task of a step and its namespace; null if there is no such step. */
  placeOfStep(stepId: number): Promise<{ readonly taskId: number; readonly namespace: string } | null> {
    return placeOfStep(this.#database, stepId);
  }

  /**
   * Everything about a task.
   * @param scope namespaces of which child tasks are told of. Default: all
   * @throws TaskNotFoundError
   */
  taskDetails(taskId: number, scope: VisibleNamespaces = "all"): Promise<TaskDetails> {
    return readTaskDetails(this.#database, taskId, this.#protection, scope);
  }

  /** A page of the steps of a task, in the order of their ids; an empty one if there is no such task. */
  steps(taskId: number, request: PageRequest = {}): Promise<Page<ReadStep>> {
    return readStepPage(this.#database, taskId, request, this.#protection);
  }

  /** Steps by their ids, in the order of these; those that exist. */
  loadSteps(stepIds: readonly number[]): Promise<Map<number, ReadStep>> {
    return loadSteps(this.#database, stepIds, this.#protection);
  }

  /** The steps of each task, by its id. */
  loadStepsOfTasks(taskIds: readonly number[]): Promise<Map<number, ReadStep[]>> {
    return loadStepsOfTasks(this.#database, taskIds, this.#protection);
  }

  /** A page of the audit trail of a task and its steps, the oldest first. */
  transitions(taskId: number, request: PageRequest = {}): Promise<Page<ReadTransition>> {
    return readTransitionPage(this.#database, taskId, request);
  }

  /** A page of the signals of a task, in the order in which they came. */
  signals(taskId: number, request: SignalPageRequest = {}): Promise<Page<ReadSignal>> {
    return readSignalPage(this.#database, taskId, request);
  }

  /** The annotations of each task, by its id. */
  loadAnnotations(taskIds: readonly number[]): Promise<Map<number, ReadAnnotation[]>> {
    return loadAnnotations(this.#database, taskIds);
  }

  /** All types of annotations by their names. They belong to no namespace. */
  annotationTypes(): Promise<ReadAnnotationType[]> {
    return this.#database.run(selectAnnotationTypes, []);
  }

  /** How the values of each task are shown, by its id. */
  loadProtections(taskIds: readonly number[]): Promise<Map<number, TaskProtection>> {
    return loadProtections(this.#database, taskIds, this.#protection);
  }

  /** A page of the templates of which tasks were submitted, with their versions, by namespace and name. */
  templates(request: TemplatePageRequest): Promise<Page<ReadTemplate>> {
    return readTemplatePage(this.#database, request);
  }

  /** The definition with this hash; null if there is none. */
  definition(hash: string): Promise<ReadDefinition | null> {
    return readDefinition(this.#database, hash);
  }

  /** The definitions that were submitted under one version of a template, the last one first, at most a hundred. */
  definitionsOf(namespace: string, name: string, version: string): Promise<ReadDefinition[]> {
    return this.#database.run(selectDefinitionsOfVersion, [namespace, name, version]);
  }

  /** The processes that have templates of these namespaces, the youngest first, at most a thousand. */
  processes(scope: VisibleNamespaces): Promise<ReadProcess[]> {
    return readProcesses(this.#database, scope);
  }

  /** How many steps wait in queues, by queue and template. */
  queues(scope: VisibleNamespaces): Promise<ReadQueue[]> {
    return readQueues(this.#database, scope);
  }

  /** Tasks with steps and annotations as objects of the reference's paths, in the order of the ids; those that exist. */
  referenceTasks(taskIds: readonly number[]): Promise<ReferenceTask[]> {
    return loadReferenceTasks(this.#database, taskIds, this.#protection);
  }

  /** Ids of tasks for the reference's list, which pages by offset and sorts by any column. */
  sortedTaskIds(request: OffsetRequest, scope: VisibleNamespaces): Promise<number[]> {
    return sortedTaskIds(this.#database, request, scope);
  }

  /** The same for the steps of a task. */
  sortedStepIds(taskId: number, request: OffsetRequest): Promise<number[]> {
    return sortedStepIds(this.#database, taskId, request);
  }
}
