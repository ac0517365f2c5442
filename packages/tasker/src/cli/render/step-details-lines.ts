import type { z } from "zod";
import type { Step } from "../../api/shapes/step.ts";
import { readTransitionFacts } from "../progress/transition-facts.ts";
import { formatDuration, formatMoment } from "./format-duration.ts";
import { drawJson } from "./json-lines.ts";
import { type Line, span } from "./span.ts";
import { stateMark, stateTone } from "./step-mark.ts";

/** A step as a page: title, facts, inputs, results. */
export function drawStep(
  step: z.output<typeof Step>,
  options: { readonly columns: number; readonly unicode: boolean },
): Line[] {
  const { state, name, inputs, results } = step;
  return [
    [
      stateMark(state, options),
      span(` ${name}`, "strong"),
      span(`  step ${step.step_id} of task ${step.task_id}`),
      span(`  ${state}`, stateTone(state)),
    ],
    [],
    ...drawFacts(step),
    ...drawValue("inputs", inputs, options.columns),
    ...drawValue("results", results, options.columns),
  ];
}

function drawFacts(step: z.output<typeof Step>): Line[] {
  const { error, durationMs, nextAttemptAt } = readTransitionFacts(step.metadata);
  const moment = (text: string | null) => (text === null ? null : `${formatMoment(new Date(text))} UTC`);
  const ids = (steps: readonly number[]) => (steps.length === 0 ? null : steps.map((id) => `#${id}`).join(" "));
  const facts: readonly (readonly [string, string | null])[] = [
    ["attempts", `${step.attempts} of ${step.retry_limit}${step.retryable ? "" : ", not to be tried again"}`],
    ["waits for", ids(step.parents)],
    ["waited for by", ids(step.children)],
    ["skippable", step.skippable ? "yes" : null],
    ["attempted", moment(step.last_attempted_at)],
    ["changed", moment(step.changed_at)],
    ["took", durationMs === null ? null : formatDuration(durationMs)],
    ["next attempt", nextAttemptAt === null ? null : `${formatMoment(new Date(nextAttemptAt))} UTC`],
    ["error", step.state === "error" ? error : null],
  ];
  return facts.flatMap(([name, value]) => (value === null ? [] : [[span(name.padEnd(15), "faint"), span(value)]]));
}

function drawValue(title: string, value: unknown, columns: number): Line[] {
  const isEmpty = value === null || (typeof value === "object" && Object.keys(value).length === 0);
  return isEmpty ? [] : [[], [span(title, "strong")], ...drawJson(value, "  ", columns)];
}
