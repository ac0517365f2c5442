import fc from "fast-check";
import { expect, test } from "vitest";
import { PermanentError, RetryableError } from "../../src/errors/index.ts";
import type { TaskTemplate } from "../../src/handlers/task-template.ts";
import { WorkflowStepTransition } from "../../src/models/index.ts";
import type { Condition, StepOutcome } from "../../src/templates/condition.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import {
  graphTemplate,
  makeEngine,
  readState,
  readStep,
  readTransitions,
  startEngine,
  until,
  useDatabase,
} from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

/** A step, and what becomes of it where it runs. */
interface StepPlan {
  readonly parents: readonly number[];
  /** Runs always, never, or if its first parent ended like this. */
  readonly runIf: "always" | "never" | StepOutcome;
  readonly fails: "no" | "permanent" | "exhausted";
  readonly continues: boolean;
  readonly spreads: boolean;
  readonly skippable: boolean;
  readonly bypassed: boolean;
  readonly cancelled: boolean;
  readonly hasDefault: boolean;
}

const rarely = (weight: number) =>
  fc.oneof({ weight, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });

const plan: fc.Arbitrary<StepPlan[]> = fc
  .array(
    fc.record({
      picks: fc.array(fc.nat(), { maxLength: 3 }),
      runIf: fc.constantFrom<StepPlan["runIf"]>("always", "always", "always", "never", "complete", "skipped", "failed"),
      fails: fc.constantFrom<StepPlan["fails"]>("no", "no", "no", "no", "permanent", "exhausted"),
      continues: fc.boolean(),
      spreads: rarely(2),
      skippable: fc.boolean(),
      bypassed: rarely(4),
      cancelled: rarely(14),
      hasDefault: fc.boolean(),
    }),
    { minLength: 1, maxLength: 10 },
  )
  .map((steps) =>
    steps.map(({ picks, ...rest }, place) => ({
      ...rest,
      parents: place === 0 ? [] : [...new Set(picks.map((pick) => pick % place))],
    })),
  );

const nameOf = (place: number) => `s${place}`;

type Fate = "complete" | "skipped" | "bypassed" | "failure_ignored" | "cancelled" | "error" | "pending";

/** What becomes of each step by the rules of docs/flow-control.md, and of the task. */
function foresee(steps: readonly StepPlan[]): { readonly fates: readonly Fate[]; readonly end: string } {
  const fates: Fate[] = [];
  const spreading: boolean[] = [];
  const outcomeOf = (fate: Fate | undefined) =>
    fate === "skipped" || fate === "bypassed" ? "skipped" : fate === "failure_ignored" ? "failed" : "complete";
  const decide = (step: StepPlan): readonly [Fate, boolean] => {
    const parents = step.parents.map((parent) => fates[parent]);
    if (step.cancelled || parents.includes("cancelled")) return ["cancelled", false];
    if (parents.includes("error") || parents.includes("pending")) return ["pending", false];
    if (step.parents.some((parent) => spreading[parent])) return ["skipped", true];
    if (step.bypassed && step.skippable) return ["bypassed", step.spreads];
    const [first] = parents;
    const runs = step.runIf === "always" || (step.runIf !== "never" && (!first || outcomeOf(first) === step.runIf));
    if (!runs) return ["skipped", step.spreads];
    if (step.fails === "no") return ["complete", false];
    return [step.continues ? "failure_ignored" : "error", false];
  };
  for (const step of steps) {
    const [fate, spreads] = decide(step);
    fates.push(fate);
    spreading.push(spreads);
  }
  const left = steps.filter((_, place) => ["cancelled", "error", "pending"].includes(fates[place] ?? ""));
  if (fates.includes("error") || fates.includes("pending")) return { fates, end: "error" };
  return { fates, end: left.every(({ skippable }) => skippable) ? "complete" : "cancelled" };
}

function conditionOf({ runIf, parents: [first] }: StepPlan): Condition | null {
  if (runIf === "always") return null;
  if (runIf === "never") return { kind: "test", step: null, path: "anything", operator: "exists", value: true };
  return first === undefined
    ? null
    : { kind: "test", step: nameOf(first), path: null, operator: "outcome", value: runIf };
}

const defaultOf = ({ hasDefault }: StepPlan) => (hasDefault ? "default" : null);

function templateOf(steps: readonly StepPlan[], version: string): TaskTemplate {
  const { fates } = foresee(steps);
  const expectedOf = (place: number) => {
    const step = steps[place];
    if (step === undefined) return undefined;
    return fates[place] === "complete" ? nameOf(place) : defaultOf(step);
  };
  return graphTemplate("", {
    version,
    steps: Object.fromEntries(
      steps.map((step, place) => [
        nameOf(place),
        {
          dependsOn: step.parents.map(nameOf),
          retryLimit: 2,
          skippable: step.skippable,
          runIf: conditionOf(step),
          whenSkipped: step.spreads ? "skip_dependants" : "satisfied",
          onFailure: step.continues ? "continue" : "fail",
          defaultResults: defaultOf(step),
        },
      ]),
    ),
    run: (_task, sequence, { name }) => {
      const step = steps[Number(name.slice(1))];
      for (const parent of step?.parents ?? []) {
        const read = sequence.resultsOf(nameOf(parent));
        if (read !== expectedOf(parent)) throw new Error(`${name} read ${JSON.stringify(read)} of ${nameOf(parent)}`);
      }
      if (step?.fails === "permanent") throw new PermanentError("never");
      if (step?.fails === "exhausted") throw new RetryableError("again", { retryAfter: 0 });
      return name;
    },
  });
}

/** The state of a step, and for a resolved one how it was resolved. */
const STATE_OF: Readonly<Partial<Record<Fate, string>>> = {
  skipped: "resolved_manually",
  bypassed: "resolved_manually",
  failure_ignored: "resolved_manually",
};

describeOnPostgres("any graph with any conditions, policies, failures, bypasses and cancels", () => {
  test("ends as the rules say, in each of its steps and as a whole", async () => {
    const database = await useDatabase(openTestDatabase);
    const submitting = makeEngine(database, []);
    const running = await startEngine(database, [graphTemplate("a", { name: "unused" })], { concurrency: 5 });
    let version = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(plan, { minLength: 3, maxLength: 6 }), async (plans) => {
        const drawn = plans.map((steps) => ({ steps, version: `${++version}.0.0` }));
        for (const one of drawn) submitting.registry.register(templateOf(one.steps, one.version));
        const tasks = await submitting.engine.submitMany(
          drawn.map((one) => ({
            name: "graph",
            version: one.version,
            context: {},
            bypassSteps: one.steps.flatMap(({ bypassed, skippable }, place) =>
              bypassed && skippable ? [nameOf(place)] : [],
            ),
          })),
        );
        for (const [task, { steps }] of drawn.entries()) {
          for (const [place, { cancelled }] of steps.entries()) {
            if (!cancelled) continue;
            const row = await readStep(database, tasks[task]?.taskId ?? 0, nameOf(place));
            await WorkflowStepTransition.append(database, Number(row.workflow_step_id), "cancelled");
          }
        }
        // Claimed from now on, when everything has been cancelled that is to be.
        for (const one of drawn) running.registry.register(templateOf(one.steps, one.version));
        for (const [task, { steps }] of drawn.entries()) {
          const taskId = tasks[task]?.taskId ?? 0;
          const { fates, end } = foresee(steps);
          await until(
            async () => {
              running.clock.advance(500);
              return (await readState(database, taskId)) === end;
            },
            `task ${taskId} to become ${end}: ${JSON.stringify(steps)}`,
          );
          for (const [place, fate] of fates.entries()) {
            const { state } = await readStep(database, taskId, nameOf(place));
            expect(`${nameOf(place)} ${state}`).toBe(`${nameOf(place)} ${STATE_OF[fate] ?? fate}`);
            const last = (await readTransitions(database, taskId, nameOf(place))).at(-1);
            if (STATE_OF[fate] !== undefined) expect(last?.metadata).toMatchObject({ resolution: fate });
          }
        }
      }),
      { numRuns: 8 },
    );
    await expectCleanAuditTrail(database);
  });
});
