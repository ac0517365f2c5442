import { z } from "zod";
import type { Connection } from "../../database/database.ts";
import { TaskNotFoundError } from "../../errors/index.ts";
import type { VisibleNamespaces } from "../../models/visible-namespaces.ts";
import { moment } from "../json-moment.ts";
import { NO_PROTECTION, type Protection, TaskProtection } from "../protection/task-protection.ts";
import { OutsideAttempt } from "../steps/outside-attempt.ts";
import { selectTaskDetails } from "./task-details-statement.ts";

const StepDetails = z.object({
  step_id: z.number(),
  name: z.string(),
  state: z.string(),
  attempts: z.number(),
  retry_limit: z.number(),
  retryable: z.boolean(),
  depends_on: z.array(z.string()),
  last_attempted_at: moment.nullable(),
  backoff_request_seconds: z.number().nullable(),
  changed_at: moment.nullable(),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  inputs: z.unknown(),
  results: z.unknown(),
  /** Whether inputs and results are null because they were too large together with those of other steps. */
  left_out: z.boolean(),
});

const TransitionDetails = z.object({
  /** Null: a transition of the task itself. */
  step_name: z.string().nullable(),
  from_state: z.string().nullable(),
  to_state: z.string(),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  at: moment,
});

const ChildTask = z.object({
  task_id: z.number(),
  /** The step that waits, or waited, for it. */
  step_id: z.number().nullable(),
  namespace: z.string(),
  name: z.string(),
  version: z.string(),
  state: z.string(),
});

const SignalDetails = z.object({
  signal_id: z.number(),
  name: z.string(),
  sender: z.string().nullable(),
  received_at: moment,
  /** When a step took it; null: it waits for one. */
  consumed_at: moment.nullable(),
  consumed_by_step_id: z.number().nullable(),
});

/** What an operator did to the task. */
const OperatorAction = z.object({
  action: z.string(),
  step_id: z.number().nullable(),
  actor: z.string(),
  reason: z.string(),
  at: moment,
});

const Edge = z.object({ from_step_id: z.number(), to_step_id: z.number() });

const AnnotationDetails = z.object({ type: z.string(), value: z.unknown() });

const LateResult = z.object({
  step_name: z.string(),
  execution_id: z.string(),
  attempt: z.number(),
  process_id: z.number(),
  finished_at: moment,
  /** Of the attempt: `success`, `failure`. */
  outcome: z.string(),
  reason: z.string().nullable(),
});

/** How much of a task is told. */
export interface DetailBounds {
  /** Things of each kind, the first ones; ten times as many edges. */
  readonly things: number;
  /** Bytes of inputs and results, and as many of annotations. */
  readonly bytes: number;
}

/** Kinds of things of which there can be more than are told. */
type Bounded =
  | "steps"
  | "edges"
  | "transitions"
  | "annotations"
  | "late_results"
  | "outside"
  | "children"
  | "signals"
  | "actions";

/** A step as it is stored, with its current transition's metadata. */
export type StepDetails = TaskDetails["steps"][number];
/** One row of the audit trail. */
export type TransitionDetails = z.infer<typeof TransitionDetails>;

/**
 * Reads everything about a task; names are those of the columns. Transitions stand in the order of their commits if
 * this engine wrote them all, by time otherwise.
 * @param scope namespaces of which child tasks are told of. Default: all
 * @param bounds default: everything is told; `truncated` says of what there is more
 * @throws TaskNotFoundError
 */
export async function readTaskDetails(
  connection: Connection,
  taskId: number,
  protection: Protection = NO_PROTECTION,
  scope: VisibleNamespaces = "all",
  bounds: DetailBounds | null = null,
) {
  const [found] = await connection.run(selectTaskDetails, [taskId, bounds?.things ?? null, bounds?.bytes ?? null]);
  if (found === undefined) throw new TaskNotFoundError(`there is no task ${taskId}`, { context: { taskId } });
  const { redact, seal, annotation_count: annotationCount, ...row } = found;
  const own = new TaskProtection(protection, { redact, seal });
  const isSeen = ({ namespace }: { readonly namespace: string }) => scope === "all" || scope.includes(namespace);
  const things = bounds?.things ?? Number.POSITIVE_INFINITY;
  const truncated: Bounded[] = [];
  const first = <Item>(kind: Bounded, items: readonly Item[], most = things): Item[] => {
    const all = kind === "annotations" ? annotationCount : items.length;
    const told = items.slice(0, most);
    if (all > told.length) truncated.push(kind);
    return told;
  };
  return {
    ...row,
    context: own.context(row.context),
    steps: first("steps", z.array(StepDetails).parse(row.steps)).map((step) => ({
      ...step,
      inputs: own.inputs(step.name, step.inputs),
      results: own.results(step.name, step.results),
    })),
    edges: first("edges", z.array(Edge).parse(row.edges), things * 10),
    transitions: inCommitOrder(first("transitions", z.array(TransitionDetails).parse(row.transitions))),
    annotations: first("annotations", z.array(AnnotationDetails).parse(row.annotations)),
    late_results: first("late_results", z.array(LateResult).parse(row.late_results)),
    outside: first("outside", z.array(OutsideAttempt.extend({ step_name: z.string() })).parse(row.outside)),
    children: first("children", z.array(ChildTask).parse(row.children)).filter(isSeen),
    signals: first("signals", z.array(SignalDetails).parse(row.signals)),
    actions: first("actions", z.array(OperatorAction).parse(row.actions)),
    truncated,
  };
}

/** Everything about a task. */
export type TaskDetails = Awaited<ReturnType<typeof readTaskDetails>>;

function inCommitOrder(transitions: TransitionDetails[]): TransitionDetails[] {
  const numbered = transitions.map((transition) => ({ transition, seq: transition.metadata?.seq }));
  const order: { transition: TransitionDetails; seq: number }[] = [];
  for (const { transition, seq } of numbered) {
    if (typeof seq !== "number") return transitions;
    order.push({ transition, seq });
  }
  return order.sort((a, b) => a.seq - b.seq).map(({ transition }) => transition);
}
