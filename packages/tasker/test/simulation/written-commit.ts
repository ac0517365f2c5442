import { z } from "zod";
import type { ParametersOf } from "../../src/database/statement.ts";
import type { commitOneStatement } from "../../src/engine/commit-one.ts";
import type { BATCH_PARAMETERS } from "../../src/engine/encode-batch.ts";
import { NO_ROW } from "../../src/engine/step-move.ts";
import { isState, type State } from "../../src/states/state.ts";

/** A transition row that a commit writes. */
export interface WrittenRow {
  readonly from: State;
  readonly to: State;
  readonly sortKey: number;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What a commit does to a step. */
export interface WrittenStep {
  readonly taskId: number;
  readonly stepId: number;
  /** Sort key that its current row must have; `NO_ROW` for none. */
  readonly base: number;
  readonly rows: readonly WrittenRow[];
  readonly attempts: number;
  /** Undefined: as they are. */
  readonly results: unknown;
  /** Null: as it is. */
  readonly retryable: boolean | null;
}

/** What a commit does to a task. */
export interface WrittenTask {
  readonly taskId: number;
  readonly epoch: number;
  readonly revision: number;
  /** Sort key that its current row must have, `NO_ROW` for none; null: the task does not move. */
  readonly base: number | null;
  readonly rows: readonly WrittenRow[];
  readonly isReleased: boolean;
  readonly wakeAt: number | null;
}

/** What a process writes in one commit, as the parameters of the statement have it. */
export interface WrittenCommit {
  readonly processId: number;
  readonly tasks: readonly WrittenTask[];
  readonly outcomes: readonly WrittenStep[];
  readonly starts: readonly WrittenStep[];
  /** The signals that steps take, by the ids of the steps. */
  readonly signals: ReadonlyMap<number, number>;
  /** The executions outside the process whose outcomes are written, by the ids of the steps. */
  readonly executions: ReadonlyMap<number, string>;
}

const Metadata = z.record(z.string(), z.unknown());
const parsed = z.string().transform((text): unknown => JSON.parse(text));
const EarlierRows = parsed.pipe(
  z.array(z.object({ s: z.number(), k: z.number(), f: z.string(), g: z.string(), d: Metadata })),
);
const Outside = parsed.pipe(
  z.object({
    g: z.array(z.object({ i: z.number(), s: z.number() })).default([]),
    x: z.array(z.object({ i: z.string(), s: z.number() })).default([]),
  }),
);

function stateOf(text: string): State {
  if (isState(text)) return text;
  throw new RangeError(`${text} is no state`);
}

/** @param metadata text of an object without its first brace */
function row(from: string, to: string, sortKey: number, metadata: string): WrittenRow {
  return { from: stateOf(from), to: stateOf(to), sortKey, metadata: Metadata.parse(JSON.parse(`{${metadata}`)) };
}

const msOf = (date: Date | null | undefined) => date?.getTime() ?? null;

/** The value in a list that stands beside others. */
function at<T>(list: readonly T[], place: number): T {
  const value = list[place];
  if (value === undefined) throw new RangeError(`a list of ${list.length} values has none at ${place}`);
  return value;
}

/** Reads what `tasker_commit` is called with. */
export function readBatch(parameters: ParametersOf<typeof BATCH_PARAMETERS>): WrittenCommit {
  const [processId, , counts, taskIds, epochs, revisions, , , bases, , releases, wakes, ...ofRows] = parameters;
  const [stepTasks, stepIds, , stepBases, keys, froms, tos, metadata, attempts, , results, retryable, ...rest] = ofRows;
  const [rowTasks, , , rowKeys, rowFroms, rowTos, rowMetadata, , extra, , outside] = rest;
  const earlier = extra === null ? [] : EarlierRows.parse(extra);
  const steps = stepIds.map((stepId, place): WrittenStep => {
    const before = earlier.filter(({ s }) => s === stepId);
    const text = results?.[place] ?? null;
    return {
      taskId: at(stepTasks, place),
      stepId,
      base: at(stepBases, place),
      rows: [
        ...before.map(({ k, f, g, d }) => ({ from: stateOf(f), to: stateOf(g), sortKey: k, metadata: d })),
        row(at(froms, place), at(tos, place), at(keys, place), at(metadata, place)),
      ],
      attempts: at(attempts, place),
      results: text === null ? undefined : JSON.parse(text),
      retryable: retryable?.[place] ?? null,
    };
  });
  const { g: signals = [], x: executions = [] } = outside === null ? {} : Outside.parse(outside);
  return {
    processId,
    tasks: taskIds.map((taskId, place) => ({
      taskId,
      epoch: at(epochs, place),
      revision: at(revisions, place),
      base: at(bases, place),
      rows: rowTasks.flatMap((owner, of) =>
        owner === taskId ? [row(at(rowFroms, of), at(rowTos, of), at(rowKeys, of), at(rowMetadata, of))] : [],
      ),
      isReleased: at(releases, place),
      wakeAt: msOf(wakes?.[place]),
    })),
    outcomes: steps.slice(0, at(counts, 4)),
    starts: steps.slice(at(counts, 4)),
    signals: new Map(signals.map(({ i, s }) => [s, i])),
    executions: new Map(executions.map(({ i, s }) => [s, i])),
  };
}

/** Reads what `tasker_commit_one` is called with. */
export function readOne(parameters: ParametersOf<typeof commitOneStatement.parameters>): WrittenCommit {
  const [processId, , taskId, epoch, revision, ended, endedBase, endedKey, endedTo, endedMetadata, ...more] =
    parameters;
  const [endedAttempts, , results, retryable, begun, begunKey, begunMetadata, begunAttempts, ...ofTask] = more;
  const [base, taskKey, taskFrom, taskTo, taskMetadata, , isReleased, wakeAt] = ofTask;
  const outcome: WrittenStep | null =
    ended === null
      ? null
      : {
          taskId,
          stepId: ended,
          base: endedBase ?? NO_ROW,
          rows: [row("in_progress", endedTo ?? "", endedKey ?? 0, endedMetadata ?? "")],
          attempts: endedAttempts ?? 0,
          results: typeof results === "string" ? JSON.parse(results) : undefined,
          retryable,
        };
  const start: WrittenStep | null =
    begun === null
      ? null
      : {
          taskId,
          stepId: begun,
          base: NO_ROW,
          rows: [row("pending", "in_progress", begunKey ?? 0, begunMetadata ?? "")],
          attempts: begunAttempts ?? 0,
          results: undefined,
          retryable: null,
        };
  const moved = taskTo === null ? [] : [row(taskFrom ?? "", taskTo, taskKey ?? 0, taskMetadata ?? "")];
  return {
    processId,
    tasks: [{ taskId, epoch, revision, base, rows: moved, isReleased, wakeAt: msOf(wakeAt) }],
    outcomes: outcome === null ? [] : [outcome],
    starts: start === null ? [] : [start],
    signals: new Map(),
    executions: new Map(),
  };
}
