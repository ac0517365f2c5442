import { z } from "zod";
import type { Connection } from "../../database/database.ts";
import { TaskNotFoundError, UnreadableValueError } from "../../errors/index.ts";
import type { JsonValue } from "../../json/json-value.ts";
import { isEnvelope } from "../../secrets/envelope.ts";
import { Redaction } from "../../secrets/redaction.ts";
import { readAddedStepName } from "../../templates/added-step-name.ts";
import type { Encryption, ValuePlace } from "../../vault/encryption.ts";
import { showTaskStatement } from "./task-details-statement.ts";

/** A time as `to_json` writes a `timestamp` column, which holds UTC. */
const moment = z.string().transform((text) => new Date(`${text}Z`));

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
});

const TransitionDetails = z.object({
  /** Null: a transition of the task itself. */
  step_name: z.string().nullable(),
  from_state: z.string().nullable(),
  to_state: z.string(),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  at: moment,
});

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

/** A step as it is stored, with its current transition's metadata. */
export type StepDetails = z.infer<typeof StepDetails>;
/** One row of the audit trail. */
export type TransitionDetails = z.infer<typeof TransitionDetails>;

/**
 * Reads everything about a task; names are those of the columns. Transitions stand in the order of their commits if
 * this engine wrote them all, by time otherwise.
 * @param redact places that are not shown, besides those of the task's template
 * @param encryption decrypts what is encrypted; null: it is shown as it is stored, and so is what cannot be decrypted
 * @throws TaskNotFoundError
 */
export async function readTaskDetails(
  connection: Connection,
  taskId: number,
  redact: readonly string[] = [],
  encryption: Encryption | null = null,
) {
  const [found] = await connection.run(showTaskStatement, [taskId]);
  if (found === undefined) throw new TaskNotFoundError(`there is no task ${taskId}`, { context: { taskId } });
  const { redact: ofTemplate, seal, ...row } = found;
  const open = (value: unknown, column: ValuePlace["column"], step: string | null): JsonValue =>
    openValue(value, encryption, { seal: seal ?? "", column, step });
  const redaction = new Redaction([...redact, ...z.array(z.string()).parse(ofTemplate ?? [])]);
  return {
    ...row,
    context: row.context === null ? null : redaction.context(open(row.context, "context", null)),
    steps: z
      .array(StepDetails)
      .parse(row.steps)
      .map((step) => {
        const inputs = open(step.inputs, "inputs", step.name);
        return redactStep({ ...step, inputs, results: open(step.results, "results", step.name) }, redaction);
      }),
    transitions: inCommitOrder(z.array(TransitionDetails).parse(row.transitions)),
    annotations: z.array(AnnotationDetails).parse(row.annotations),
    late_results: z.array(LateResult).parse(row.late_results),
  };
}

function openValue(value: unknown, encryption: Encryption | null, place: ValuePlace): JsonValue {
  if (encryption !== null && isEnvelope(value)) {
    try {
      return JSON.parse(encryption.open(value, place));
    } catch (error) {
      if (!(error instanceof UnreadableValueError)) throw error;
    }
  }
  return value as JsonValue;
}

function redactStep(step: StepDetails, redaction: Redaction): StepDetails {
  const added = readAddedStepName(step.name);
  const name = added?.kind === "instance" ? added.of : step.name;
  const inputs = redaction.inputs(name, step.inputs as JsonValue);
  return { ...step, inputs, results: redaction.results(name, step.results as JsonValue) };
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
