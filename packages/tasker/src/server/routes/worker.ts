import type { z } from "zod";
import type { Route } from "../../api/route.ts";
import {
  completeSteps,
  deregisterWorker,
  failSteps,
  heartbeatSteps,
  pollSteps,
  registerWorker,
  releaseSteps,
  startSteps,
} from "../../api/routes/worker.ts";
import { BeatItem, CompleteItem, FailItem, ReleaseItem, StartItem } from "../../api/shapes/worker.ts";
import type { WorkerCaller } from "../../engine/remote/registrations.ts";
import type { RemoteWorkers } from "../../engine/remote/remote-workers.ts";
import type { Report } from "../../engine/remote/report.ts";
import { type Call, implement } from "../http/call.ts";
import { answerItems, refuse } from "./worker-items.ts";

/** Part of a lease after which attempts had better be told of. */
const HEARTBEAT_SHARE = 1 / 3;

function callerOf({ principal, scope }: Pick<Call<Route>, "principal" | "scope">): WorkerCaller {
  return { principal: principal.id, namespaces: scope === "all" ? null : scope };
}

/** Registers a worker. */
export const workerRegistration = implement(registerWorker, async ({ body, parts, ...call }) => {
  const { lease_seconds: leaseSeconds, ...worker } = body;
  const { workerId, leaseMs } = await parts.engine.workers.register({ ...worker, leaseSeconds }, callerOf(call));
  const answer = { worker_id: workerId, lease_ms: leaseMs, heartbeat_ms: Math.floor(leaseMs * HEARTBEAT_SHARE) };
  return { answer };
});

/** Ends a worker. */
export const workerDeparture = implement(deregisterWorker, async ({ body, parts, ...call }) => ({
  answer: { left: await parts.engine.workers.deregister(body.worker_id, callerOf(call)) },
}));

/** Gives steps to a worker. */
export const stepPoll = implement(pollSteps, async ({ body, parts, request, ...call }) => {
  const { worker_id: workerId, wait_ms: waitMs, ...asked } = body;
  const signal = AbortSignal.any([request.signal, parts.closing]);
  const steps = await parts.engine.workers.poll({ workerId, waitMs, ...asked }, callerOf(call), signal);
  return { answer: { steps } };
});

/** Starts attempts by their ids. */
export const stepStart = implement(startSteps, async ({ body, parts, ...call }) => {
  const answers = await answerItems(StartItem, body.items, async (items) => {
    const asked = items.map((item) => ({ executionId: item.execution_id, nonce: item.nonce }));
    const found = await parts.engine.workers.start(body.worker_id, asked, body.sequence, callerOf(call));
    return found.map((step, place) => {
      const id = items[place]?.execution_id ?? "";
      if (step instanceof Error) return refuse(id, step);
      return { execution_id: id, status: "started" as const, step: step };
    });
  });
  return { answer: { answers } };
});

/** Keeps attempts alive. */
export const stepHeartbeat = implement(heartbeatSteps, async ({ body, parts, ...call }) => {
  const beat = async (items: readonly z.output<typeof BeatItem>[]) => {
    const beats = items.map(({ execution_id: executionId, progress }) => ({ executionId, progress }));
    const found = await parts.engine.workers.heartbeat(body.worker_id, beats, callerOf(call));
    return found.map((answer, place) => {
      if (answer instanceof Error) return refuse(items[place]?.execution_id ?? null, answer);
      const { executionId: execution_id, reason, detail } = answer;
      if (reason === null) return { execution_id, status: "running" as const };
      return { execution_id, status: "abort" as const, reason, detail };
    });
  };
  if (body.items.length === 0) await beat([]);
  return { answer: { answers: await answerItems(BeatItem, body.items, beat) } };
});

async function report(workers: RemoteWorkers, workerId: number, reports: readonly Report[], caller: WorkerCaller) {
  const found = await workers.report(workerId, reports, caller);
  return found.map((answer, place) => {
    const id = reports[place]?.executionId ?? "";
    if (answer instanceof Error) return refuse(id, answer);
    const { recorded, refusal, isDuplicate: duplicate } = answer;
    return { execution_id: id, status: "recorded" as const, recorded, refusal, duplicate };
  });
}

/** Ends attempts that have succeeded. */
export const stepSuccess = implement(completeSteps, async ({ body, parts, ...call }) => {
  const answers = await answerItems(CompleteItem, body.items, (items) => {
    const reports = items.map(
      ({ execution_id: executionId, duration_ms: durationMs, ...item }): Report => ({
        kind: "complete",
        executionId,
        durationMs,
        ...item,
      }),
    );
    return report(parts.engine.workers, body.worker_id, reports, callerOf(call));
  });
  return { answer: { answers } };
});

/** Ends attempts that have failed. */
export const stepFailure = implement(failSteps, async ({ body, parts, ...call }) => {
  const answers = await answerItems(FailItem, body.items, (items) => {
    const reports = items.map((item): Report => {
      const { message, class: errorClass, backtrace, code: errorCode, details } = item.error;
      return {
        kind: "fail",
        executionId: item.execution_id,
        durationMs: item.duration_ms,
        events: item.events,
        error: { message, errorClass, backtrace, errorCode, details },
        permanent: item.permanent,
        retryAfterSeconds: item.retry_after_seconds,
      };
    });
    return report(parts.engine.workers, body.worker_id, reports, callerOf(call));
  });
  return { answer: { answers } };
});

/** Gives attempts back. */
export const stepRelease = implement(releaseSteps, async ({ body, parts, ...call }) => {
  const answers = await answerItems(ReleaseItem, body.items, (items) => {
    const reports = items.map(
      ({ execution_id: executionId, reason }): Report => ({ kind: "release", executionId, reason }),
    );
    return report(parts.engine.workers, body.worker_id, reports, callerOf(call));
  });
  return { answer: { answers } };
});
