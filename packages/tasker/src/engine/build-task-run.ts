import { z } from "zod";
import { HandlerNotFoundError } from "../errors/index.ts";
import type { TaskTemplate } from "../handlers/task-template.ts";
import { isSatisfied } from "../states/guards.ts";
import type { State } from "../states/state.ts";
import type { CompiledDefinition } from "./compiled-definition.ts";
import type { LoadedTask } from "./load-tasks.ts";
import { readStored, type TaskSeal } from "./protection/task-seal.ts";
import type { StepRun } from "./step-run.ts";
import { storedGraph } from "./stored-graph.ts";
import { buildStepRun, type ForeignRules, StepRow, toState } from "./stored-step.ts";
import { TaskRun } from "./task-run.ts";
import { LiveTaskView } from "./task-view.ts";

const StepRows = z.array(StepRow);
const EdgeRows = z.array(z.tuple([z.number(), z.number()]));
const Texts = z
  .array(z.unknown())
  .catch([])
  .transform((items) => items.filter((item) => typeof item === "string"));

/**
 * The task in memory, as the row says it stands.
 * @param seal decrypts its values; null: nothing is encrypted here
 * @throws HandlerNotFoundError if a step that is to run is not in the definition
 * @throws CyclicGraphError and others, if the rows are not those of a task that can run
 */
export function buildTaskRun(
  row: LoadedTask,
  compiled: CompiledDefinition,
  template: TaskTemplate,
  rules: ForeignRules,
  seal: TaskSeal | null,
): TaskRun {
  const rows = StepRows.parse(row.steps ?? []);
  const graph = storedGraph(rows, EdgeRows.parse(row.edges ?? []), compiled);
  const steps: StepRun[] = [];
  let abandonedAt: number | null = null;
  for (const stepRow of rows) {
    const { step, leftBehindAt } = buildStepRun(graph.indexOf(stepRow[1]), stepRow, compiled, rules, seal);
    steps[step.index] = step;
    if (leftBehindAt !== null) abandonedAt = Math.min(abandonedAt ?? leftBehindAt, leftBehindAt);
  }
  const run = new TaskRun({
    taskId: row.task_id,
    epoch: row.epoch,
    revision: row.revision,
    priority: row.priority,
    view: viewOf(row, compiled, seal),
    compiled,
    template,
    graph,
    steps,
    state: toState(row.state),
    sortKey: row.sort_key,
    halted: row.halted,
    paused: row.paused,
    parentTaskId: row.parent_task_id,
    abandonedAt,
    seal,
  });
  if (!run.isOver) checkHandlers(run);
  return run;
}

/** A task whose steps are not those of the template is not run in part: the template is not the one it was made from. */
function checkHandlers({ taskId, steps, compiled: { definition, stepNamed } }: TaskRun): void {
  const unknown = steps.find((step) => !isEnded(step.state) && !stepNamed.has(step.name));
  if (unknown === undefined) return;
  throw new HandlerNotFoundError(
    `task ${taskId} has a step ${unknown.name}, which ${definition.namespace}.${definition.name}@${definition.version} does not have`,
    { context: { taskId, step: unknown.name, expected: [...stepNamed.keys()].join(", ") } },
  );
}

function isEnded(state: State): boolean {
  return isSatisfied(state) || state === "cancelled";
}

function viewOf(row: LoadedTask, { settingsNow }: CompiledDefinition, seal: TaskSeal | null): LiveTaskView {
  return new LiveTaskView({
    taskId: row.task_id,
    namespace: row.namespace,
    name: row.name,
    version: row.version,
    storedContext: readStored(row.context ?? {}, seal, "context", null),
    initiator: row.initiator ?? "unknown",
    sourceSystem: row.source_system ?? "unknown",
    reason: row.reason ?? "unknown",
    tags: Texts.parse(row.tags),
    bypassSteps: Texts.parse(row.bypass_steps),
    requestedAt: row.requested_at,
    correlationId: row.correlation_id,
    settingsNow,
  });
}
