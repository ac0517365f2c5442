import { z } from "zod";
import { defineTask } from "../../handlers/define-task/define-task.ts";
import type { TaskTemplate } from "../../handlers/task-template.ts";

/** The workflow and which branches did their work. */
export interface ConditionalBranches {
  readonly template: TaskTemplate;
  /** Names of the branches that worked, oldest first. */
  readonly worked: readonly string[];
}

/** Amount from which an order goes through the review. */
const REVIEW_FROM = 1_000;

/**
 * A step whose result decides which branch does its work. A graph is fixed when its task is submitted, so every branch
 * is a step that runs, and those that were not chosen return `{ skipped: true }` at once. The context is `{ amount }`:
 * from 1,000 the branch `review`, below it `approve`; `notify` reads whichever worked.
 */
export function conditionalBranches(): ConditionalBranches {
  const worked: string[] = [];
  const branch = (own: string, chosen: string) => {
    if (own !== chosen) return { skipped: true, outcome: null };
    worked.push(own);
    return { skipped: false, outcome: `${own} done` };
  };
  const template = defineTask({
    name: "conditional_branches",
    namespace: "orchestration",
    version: "1.0.0",
    context: z.object({ amount: z.number() }),
  })
    .step("decide", { process: (task) => ({ branch: task.context.amount >= REVIEW_FROM ? "review" : "approve" }) })
    .step("review", {
      dependsOn: ["decide"],
      process: (_task, sequence) => branch("review", sequence.resultsOf("decide").branch),
    })
    .step("approve", {
      dependsOn: ["decide"],
      process: (_task, sequence) => branch("approve", sequence.resultsOf("decide").branch),
    })
    .step("notify", {
      dependsOn: ["review", "approve"],
      process: (_task, sequence) => {
        const { review, approve } = { review: sequence.resultsOf("review"), approve: sequence.resultsOf("approve") };
        return { outcome: review.skipped ? approve.outcome : review.outcome };
      },
    })
    .build();
  return { template, worked };
}
