import type { HistoryRule } from "./history-rule.ts";
import { attemptNumbers } from "./rules/attempt-numbers.ts";
import { attemptsColumn } from "./rules/attempts-column.ts";
import { commitOrder } from "./rules/commit-order.ts";
import { contiguousHistory } from "./rules/contiguous-history.ts";
import { currentTransition } from "./rules/current-transition.ts";
import { executions } from "./rules/executions.ts";
import { failedSteps } from "./rules/failed-steps.ts";
import { fencing } from "./rules/fencing.ts";
import { finishedTasks } from "./rules/finished-tasks.ts";
import { leftPermits } from "./rules/left-permits.ts";
import { legalTransitions } from "./rules/legal-transitions.ts";
import { operatorRows } from "./rules/operator-rows.ts";
import { orphans } from "./rules/orphans.ts";
import { releasedTasks } from "./rules/released-tasks.ts";
import { retryColumns } from "./rules/retry-columns.ts";
import { satisfiedParents } from "./rules/satisfied-parents.ts";
import { sharedSteps } from "./rules/shared-steps.ts";
import { sortKeys } from "./rules/sort-keys.ts";
import { stepColumns } from "./rules/step-columns.ts";
import { stepResults } from "./rules/step-results.ts";
import { taskColumns } from "./rules/task-columns.ts";
import { transitionMetadata } from "./rules/transition-metadata.ts";
import { uniqueEdges } from "./rules/unique-edges.ts";
import { uniqueSteps } from "./rules/unique-steps.ts";

/** Every rule that is asked of tasks by themselves, in the order in which they are reported. */
export const HISTORY_RULES: readonly HistoryRule[] = [
  legalTransitions,
  contiguousHistory,
  currentTransition,
  sortKeys,
  transitionMetadata,
  commitOrder,
  fencing,
  satisfiedParents,
  executions,
  attemptNumbers,
  attemptsColumn,
  stepColumns,
  retryColumns,
  stepResults,
  failedSteps,
  taskColumns,
  finishedTasks,
  operatorRows,
  orphans,
  releasedTasks,
  leftPermits,
  sharedSteps,
  uniqueEdges,
  uniqueSteps,
];
