import { findEventSubjects } from "../actions/event-subjects.ts";
import type { Connection } from "../database/database.ts";
import type { PayloadOf } from "../events/catalogue/catalogue.ts";
import type { Claimer } from "./claimer.ts";
import type { EngineLife } from "./engine-life.ts";
import type { Runtime } from "./runtime.ts";
import { type SentSignal, type SignalOptions, sendSignal } from "./send-signal.ts";

/** Told where an action is done, or a signal sent, that listeners do not hear of. */
export const EVENTS_LOST = "what was done is not published: it could not be read";

/** The parts of an engine that sending a signal concerns. */
export interface SignallingEngine {
  readonly runtime: Runtime;
  readonly claimer: Claimer;
  readonly life: EngineLife;
}

/** Sends a signal, tells listeners, and has whoever runs the task look at it. See {@link Engine.signal}. */
export async function signalTask(
  { runtime, claimer, life }: SignallingEngine,
  signal: { readonly taskId: number; readonly name: string; readonly payload: unknown },
  options: SignalOptions,
): Promise<SentSignal> {
  const { transaction = runtime.database, sender = null, alongside } = options;
  const { taskId, name } = signal;
  const limits = { now: new Date(runtime.clock.now()), maxBytes: runtime.maxValueBytes };
  const send = (connection: Connection) => sendSignal(connection, { ...options, ...signal }, limits);
  const { ownerId, revision, ...sent } =
    alongside === undefined || options.transaction !== undefined
      ? await send(transaction)
      : await runtime.database.transaction(async (own) => {
          const stored = await send(own);
          if (stored.created) await alongside(own, { signalId: stored.signalId, created: true });
          return stored;
        });
  if (options.transaction !== undefined) return sent;
  if (sent.created) await tellSignal(runtime, taskId, { signal_id: sent.signalId, signal: name, sender });
  const isRunning = life.state === "running";
  if (isRunning && ownerId === runtime.processId) runtime.tasks.recheck(taskId, revision);
  else if (ownerId !== 0) runtime.hints.tell({ topic: "owner", processId: ownerId });
  else {
    if (isRunning) claimer.lookNow();
    runtime.hints.tell({ topic: "tasks" });
  }
  return sent;
}

async function tellSignal(
  { database, events, log }: Runtime,
  taskId: number,
  signal: PayloadOf<"task.signalled">,
): Promise<void> {
  if (!events.wants("task.signalled")) return;
  try {
    const found = await findEventSubjects(database, [taskId]);
    events.tell("task.signalled", found.get(taskId)?.subject ?? null, () => signal);
  } catch (error) {
    log.warn({ err: error }, EVENTS_LOST);
  }
}
