import { z } from "zod";

const moment = z.number();
const text = z.string().optional().catch(undefined);

/** What a step in progress waits for. */
const WaitingFor = z.object({ kind: z.string(), name: text, namespace: text, until: text, on_timeout: text });

/** What the current transition of a step says that matters here; rows of other writers say less. */
const StepMetadata = z.object({
  waiting_for: WaitingFor.optional().catch(undefined),
  backoff_until: text,
  circuit_open: text,
  error_message: text,
  error_code: text,
  retry_available: z.boolean().optional().catch(undefined),
});

const StepFacts = z.object({
  id: z.number(),
  name: z.string(),
  /** `startable`: pending, and all of its parents are done. `behind_cancelled`: pending, and one of them was cancelled. */
  kind: z.enum(["error", "in_progress", "startable", "behind_cancelled"]),
  attempts: z.number(),
  retry_limit: z.number(),
  retryable: z.boolean(),
  changed_at: moment.nullable(),
  metadata: StepMetadata.nullish().transform((metadata) => metadata ?? {}),
  error: z.string().nullable(),
});

const Holder = z.object({
  task_id: z.number(),
  step_name: z.string(),
  process_id: z.number(),
  granted_at: moment,
});

const LimitWait = z.object({
  /** A JSON array: namespace, kind, name, and the value of its key if it has one. */
  limiter: z.string(),
  waiting: z.number(),
  next_at: moment,
  holders: z.array(Holder),
});

/** A worker that runs an attempt, and what it told. */
const WorkerFacts = z.object({
  name: z.string().nullable(),
  language: z.string(),
  heartbeat_at: moment,
  /** When the attempt goes to another one, unless it is heard of before. */
  silent_until: moment,
  progress: z.json(),
});

const ExecutionFacts = z.object({
  step_id: z.number(),
  process_id: z.number(),
  host: z.string().nullable(),
  pid: z.number().nullable(),
  deadline_at: moment.nullable(),
  /** Null: a process with an engine runs it. */
  worker: WorkerFacts.nullable(),
});

const OfferFacts = z.object({
  step_id: z.number(),
  /** Null: for processes with an engine. */
  handler: z.string().nullable(),
  queue: z.string(),
  offered_at: moment,
  /** Workers that live and have registered for it. */
  workers: z.number(),
});

const counts = z
  .record(z.string(), z.number())
  .nullable()
  .transform((found) => found ?? {});

/** The parts of {@link WhyFacts} that come as JSON. Times are milliseconds since the epoch. */
export const WhyDetails = z.object({
  step_counts: counts,
  kind_counts: counts,
  steps: z.array(StepFacts),
  owner: z
    .object({
      host: z.string(),
      pid: z.number(),
      heartbeat_at: moment,
      progress_at: moment,
      lives: z.boolean(),
      is_stuck: z.boolean(),
    })
    .nullable(),
  children: z.array(z.object({ step_id: z.number(), task_id: z.number(), state: z.string() })),
  limit_waits: z.array(LimitWait),
  circuits: z.array(z.object({ name: z.string(), state: z.string(), next_probe_at: moment.nullable() })),
  executions: z.array(ExecutionFacts),
  offered: z.array(OfferFacts),
  pause: z.object({ actor: z.string(), reason: z.string(), at: moment }).nullable(),
  parent: z.object({ task_id: z.number(), state: z.string() }).nullable(),
});

/** What is known of a step from the definition that its task runs. */
export interface StepDeclaration {
  readonly handlerClass: string;
  readonly dependentSystem: string;
  readonly timeoutSeconds: number | null;
  /** Names of the limits that it shares with others. */
  readonly limitNames: readonly string[];
}

/** One step of {@link WhyFacts}. */
export type WhyStep = z.infer<typeof StepFacts>;

/** An attempt of {@link WhyFacts} that another process, or a worker, runs. */
export type WhyExecution = z.infer<typeof ExecutionFacts>;

/** A step of {@link WhyFacts} that is offered to others. */
export type WhyOffer = z.infer<typeof OfferFacts>;

/** Everything that says why a task does not go on, read at one moment. */
export interface WhyFacts extends z.infer<typeof WhyDetails> {
  readonly taskId: number;
  /** The moment, milliseconds since the epoch. */
  readonly now: number;
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly state: string;
  /** Who moved the task to its state and why, as far as its row says so. */
  readonly stateActor: string | null;
  readonly stateReason: string | null;
  readonly stateSince: number | null;
  /** Whether an engine knows the task. */
  readonly hasRun: boolean;
  /** 0: nobody. */
  readonly ownerId: number;
  readonly paused: boolean;
  readonly wakeAt: number | null;
  /** Processes that live, and those among them that have its template registered. */
  readonly living: number;
  readonly capable: number;
  /** Of a task that is due and nobody's: tasks that are claimed before it, counted up to 10,000. */
  readonly ahead: number | null;
  /** Steps that run in the owner, counted up to 1,000; null if nothing of the task could start. */
  readonly ownerRunning: number | null;
  /** By the name in the definition. */
  readonly declarations: ReadonlyMap<string, StepDeclaration>;
}

/** What a step is declared as; what runs for an item of a list has the declaration of its step. */
export function declarationOf({ name }: WhyStep, { declarations }: WhyFacts): StepDeclaration | undefined {
  return declarations.get(name) ?? declarations.get(name.replace(/\[\d+\]$/, ""));
}
