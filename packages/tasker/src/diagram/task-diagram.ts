import { InvalidRequestError } from "../errors/index.ts";
import { countOf, type Diagram, type DiagramCard, listNames } from "./diagram.ts";
import { type DiagramEdge, type DiagramNode, diagramEdge, diagramNode, flowchart } from "./flowchart.ts";
import { safeBaseUrl } from "./safe-url.ts";
import { stateColour } from "./state-colour.ts";

/** What a diagram shows of a step. */
export interface StepSnapshot {
  readonly stepId: number;
  readonly name: string;
  readonly state: string;
  readonly attempts: number;
  /** Message of the last failure. Null: none, or the step is not in `error`. */
  readonly error: string | null;
  /** Whether no edge at all leads to the step, from this task or from another one. */
  readonly isRoot: boolean;
}

/** What a diagram shows of a task at one moment. */
export interface TaskSnapshot {
  readonly taskId: number;
  readonly name: string;
  readonly status: string;
  readonly createdAt: Date;
  readonly steps: readonly StepSnapshot[];
  /** Edges that leave a step of the task; where they lead may be a step of another task. */
  readonly edges: readonly { readonly fromStepId: number; readonly toStepId: number; readonly name: string }[];
}

/** Options of a task's diagram. */
export interface TaskDiagramOptions {
  /**
   * Makes each step a link to `<baseUrl>/tasks/<task id>/workflow_steps/<step id>`: http, https, or relative to the page.
   * Default: no links.
   */
  readonly baseUrl?: string | undefined;
}

const LONGEST_ERROR = 30;
const KEPT_OF_ERROR = 28;

/**
 * Draws a task: a node for the task, one for each step, edges from the task to its roots and from each step to its
 * children. Nodes and edges have the order of the snapshot.
 * @throws InvalidRequestError `baseUrl` is not http, https or relative, or has a query or a fragment
 */
export function drawTask(task: TaskSnapshot, options: TaskDiagramOptions = {}): Diagram {
  const base = readBaseUrl(options.baseUrl);
  const title = `Task ${task.taskId}: ${task.name}`;
  const steps = task.steps.map((step) => stepNode(step, base === null ? null : `${base}/tasks/${task.taskId}`));
  const names = new Map(task.steps.map((step) => [step.stepId, step.name]));
  return {
    chart: flowchart({ title, nodes: [taskNode(task), ...steps], edges: edgesOf(task) }),
    heading: title,
    description: `Graph of ${countOf(task.steps.length, "step")}: an arrow leads from a step to each step that waits for it.`,
    facts: [
      { label: "Task ID", value: String(task.taskId) },
      { label: "Task Name", value: task.name },
      { label: "Status", value: task.status },
      {
        label: "Created",
        value: `${task.createdAt.toISOString().slice(0, 19).replace("T", " ")} UTC`,
        time: task.createdAt,
      },
    ],
    hasStates: true,
    cards: cardsOf(task, names),
    table: { columns: ["Step", "ID", "Status", "Attempts", "Depends on", "Error"], rows: rowsOf(task, names) },
  };
}

function readBaseUrl(baseUrl: string | undefined): string | null {
  if (baseUrl === undefined) return null;
  const base = safeBaseUrl(baseUrl);
  if (base !== null) return base;
  throw new InvalidRequestError(
    `base URL is '${baseUrl}', expected one with http or https, or a relative one, without query and fragment`,
    { context: { field: "baseUrl", value: baseUrl, expected: "http, https or relative URL" } },
  );
}

function taskNode({ taskId, name, status }: TaskSnapshot): DiagramNode {
  return diagramNode({ id: taskNodeId(taskId), label: `Task: ${name}\nID: ${taskId}\nStatus: ${status}` });
}

function stepNode(step: StepSnapshot, taskUrl: string | null): DiagramNode {
  const lines = [`Step: ${step.name}`, `Status: ${step.state}`, `Attempts: ${step.attempts}`];
  if (step.state === "error" && step.error !== null) lines.push(`Error: ${cutError(step.error)}`);
  return diagramNode({
    id: stepNodeId(step.stepId),
    label: lines.join("\n"),
    style: `fill:${stateColour(step.state)};`,
    url: taskUrl === null ? null : `${taskUrl}/workflow_steps/${step.stepId}`,
  });
}

/** Cuts an error as the reference does: of more than 30 characters the first 28 and three dots stay. */
function cutError(error: string): string {
  // A character takes at most two units, so the rest of a long error need not be looked at.
  const characters = [...error.slice(0, 2 * LONGEST_ERROR + 2)];
  return characters.length > LONGEST_ERROR ? `${characters.slice(0, KEPT_OF_ERROR).join("")}...` : error;
}

function edgesOf({ taskId, steps, edges }: TaskSnapshot): DiagramEdge[] {
  const roots = steps.filter((step) => step.isRoot);
  return [
    ...roots.map(({ stepId }) => diagramEdge({ sourceId: taskNodeId(taskId), targetId: stepNodeId(stepId) })),
    ...edges.map(({ fromStepId, toStepId, name }) =>
      diagramEdge({ sourceId: stepNodeId(fromStepId), targetId: stepNodeId(toStepId), label: name }),
    ),
  ];
}

function cardsOf(task: TaskSnapshot, names: ReadonlyMap<number, string>): Map<string, DiagramCard> {
  const foreign = task.edges.filter(({ toStepId }) => !names.has(toStepId));
  return new Map([
    [taskNodeId(task.taskId), { heading: task.name, lines: [`task ${task.taskId}`, task.status], state: null }],
    ...task.steps.map((step) => [stepNodeId(step.stepId), stepCard(step)] as const),
    ...foreign.map(
      ({ toStepId }) =>
        [stepNodeId(toStepId), { heading: `step ${toStepId}`, lines: ["of another task"], state: null }] as const,
    ),
  ]);
}

function stepCard({ name, state, attempts, error }: StepSnapshot): DiagramCard {
  // One attempt is what everybody expects; the table has the number of every step.
  const lines = [attempts < 2 ? state : `${state}, ${countOf(attempts, "attempt")}`];
  if (state === "error" && error !== null) lines.push(error.replace(/\s+/g, " "));
  return { heading: name, lines, state };
}

function rowsOf(task: TaskSnapshot, names: ReadonlyMap<number, string>): Diagram["table"]["rows"] {
  const parents = new Map<number, string[]>();
  for (const { fromStepId, toStepId } of task.edges) {
    const found = parents.get(toStepId) ?? [];
    parents.set(toStepId, found);
    found.push(names.get(fromStepId) ?? `step ${fromStepId}`);
  }
  return task.steps.map(({ stepId, name, state, attempts, error }) => ({
    nodeId: stepNodeId(stepId),
    state,
    cells: [name, String(stepId), state, String(attempts), listNames(parents.get(stepId) ?? []), error ?? ""],
  }));
}

function taskNodeId(taskId: number): string {
  return `task_${taskId}`;
}

function stepNodeId(stepId: number): string {
  return `step_${stepId}`;
}
