import { z } from "zod";
import type { WhyReason } from "./why.ts";
import { declarationOf, type WhyFacts, type WhyStep } from "./why-facts.ts";
import { countWords, momentWords } from "./words.ts";

const LimiterId = z.tuple([z.string(), z.string(), z.string()]).rest(z.string().nullable());

/** Whether a step that could start waits in its owner for a permit; null if no limiter that is waited for there concerns it. */
export function explainPermit(step: WhyStep, facts: WhyFacts): WhyReason | null {
  for (const { limiter, waiting, next_at, holders } of facts.limit_waits) {
    const id = LimiterId.safeParse(JSON.parse(limiter));
    if (!id.success) continue;
    const [namespace, kind, name, ...key] = id.data;
    if (namespace !== facts.namespace || !concerns(kind, name, step, facts)) continue;
    const label = [kind, name, ...key.map((value) => value ?? "(none)")].join(" ");
    const held = holders.map(
      ({ task_id, step_name, process_id }) => `step ${step_name} of task ${task_id} in process ${process_id}`,
    );
    const who =
      held.length === 0
        ? `Nobody holds one: as many have started as may within the time, and more can at ${momentWords(next_at, facts.now)}.`
        : `It is held by ${held.join(", ")}${held.length < 5 ? "" : " and perhaps others"}; when one of them ends, the next may start.`;
    return {
      situation: "waiting_for_permit",
      step_name: step.name,
      text: `Step ${step.name} is ready and waits for a permit of the limit on ${label}, for which ${countWords(waiting, "step")} of that process ${waiting === 1 ? "waits" : "wait"}. ${who} A higher limit would let it start sooner.`,
      commands: [],
    };
  }
  return null;
}

function concerns(kind: string, name: string, step: WhyStep, facts: WhyFacts): boolean {
  if (kind === "step") return name === `${facts.name}.${step.name.replace(/\[\d+\]$/, "")}`;
  const declaration = declarationOf(step, facts);
  if (declaration === undefined) return false;
  if (kind === "handler") return name === declaration.handlerClass;
  return kind === "system" ? name === declaration.dependentSystem : declaration.limitNames.includes(name);
}
