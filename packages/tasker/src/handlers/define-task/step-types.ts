import type { JsonValue } from "../../json/json-value.ts";
import type { ConditionFunction } from "../condition-function.ts";
import type { ConditionSettings } from "../condition-settings.ts";
import type { JsonShape } from "../json-shape.ts";
import type { StepHandler } from "../step-handler.ts";

/** What the types know of a defined step: the shape of its results, and the steps before it. */
export interface KnownStep {
  readonly results: unknown;
  readonly upstream: string;
}

/** Names of the steps before one with these parents. */
export type Upstream<Steps, Parents extends keyof Steps> =
  | Parents
  | (Steps[Parents] extends KnownStep ? Steps[Parents]["upstream"] : never);

/** Results that a step with these parents can read. */
export type VisibleResults<Steps, Parents extends keyof Steps> = {
  readonly [Name in Upstream<Steps, Parents> & keyof Steps]: Steps[Name] extends KnownStep
    ? Steps[Name]["results"]
    : never;
};

/** Results of one step. */
export type ResultsIn<Steps, Name extends keyof Steps> = Steps[Name] extends KnownStep ? Steps[Name]["results"] : never;

/** Stands for the result of a `processResults` that was not given. */
export declare const UNSHAPED: unique symbol;

/** What a step stores: what `processResults` returned, if it is there and returned something, or else the output. */
export type StoredShape<Output, Stored> = [Stored] extends [typeof UNSHAPED]
  ? JsonShape<Awaited<Output>>
  : undefined extends Awaited<Stored>
    ? JsonValue
    : Awaited<Stored> extends void
      ? JsonValue
      : JsonShape<Awaited<Stored>>;

/** What a handler class stores: anything, if it shapes its results itself, or else what `process` returns. */
export type HandlerShape<Handler> =
  Handler extends Pick<StepHandler, "process" | "processResults">
    ? StepHandler["processResults"] extends Handler["processResults"]
      ? JsonShape<Awaited<ReturnType<Handler["process"]>>>
      : JsonValue
    : JsonValue;

/** What a sleeping step stores. */
export interface SleepResults {
  /** When the wait ended, ISO 8601. */
  readonly until: string;
}

/** What a step stores that waited for a signal. */
export interface SignalResults {
  readonly signal: string;
  /** What was sent; null after a time-out. */
  readonly payload: JsonValue;
  /** Who sent it, if that was said. */
  readonly sender: string | null;
  /** ISO 8601; null after a time-out. */
  readonly received_at: string | null;
  readonly timed_out: boolean;
}

/** What a step stores that waited for a task. */
export interface ChildResults {
  readonly task_id: number;
  /** `complete` or `resolved_manually`. */
  readonly state: string;
  /** What those of its steps stored that nothing comes after, by their names. */
  readonly results: Readonly<Record<string, JsonValue>>;
}

/** What the steps after it may read in place of results that a step does not have. */
export type Gap<Skippable, WhenSkipped, OnFailure, RunIf, Default> =
  | (undefined extends RunIf
      ? true extends Skippable
        ? SkipGap<WhenSkipped, Default>
        : never
      : SkipGap<WhenSkipped, Default>)
  | ("continue" extends OnFailure ? Filler<Default> : never);

/** Where the steps after it are skipped with it, nobody reads. */
type SkipGap<WhenSkipped, Default> = WhenSkipped extends "skip_dependants" ? never : Filler<Default>;

type Filler<Default> = undefined extends Default ? null : Default;

/** A condition that a step with these results before it may have. */
export type RunIfSetting<Context, Results> =
  | ConditionSettings<keyof Results & string>
  | ConditionFunction<Context, Results>;
