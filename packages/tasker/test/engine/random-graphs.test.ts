import fc from "fast-check";
import { expect, test } from "vitest";
import { PermanentError, RetryableError } from "../../src/errors/index.ts";
import type { TaskTemplate } from "../../src/handlers/task-template.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import { graphTemplate, readState, readStep, startEngine, useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

/** What becomes of a step: it fails `failures` times, and then succeeds or fails for good. */
interface StepPlan {
  readonly parents: readonly number[];
  readonly failures: number;
  readonly permanent: boolean;
  readonly retryLimit: number;
  readonly retryable: boolean;
}

const plan: fc.Arbitrary<StepPlan[]> = fc
  .array(
    fc.record({
      picks: fc.array(fc.nat(), { maxLength: 3 }),
      failures: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 })),
      permanent: fc.oneof({ weight: 7, arbitrary: fc.constant(false) }, fc.constant(true)),
      retryLimit: fc.integer({ min: 1, max: 4 }),
      retryable: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, fc.constant(false)),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((steps) =>
    steps.map(({ picks, ...rest }, place) => ({
      ...rest,
      parents: place === 0 ? [] : [...new Set(picks.map((pick) => pick % place))],
    })),
  );

const nameOf = (place: number) => `s${place}`;

/** By the rules of the specification: how often each step runs, and whether it ends satisfied. */
function foresee(steps: readonly StepPlan[]): { runs: number; satisfied: boolean }[] {
  const foreseen: { runs: number; satisfied: boolean }[] = [];
  for (const { parents, failures, permanent, retryLimit, retryable } of steps) {
    if (!parents.every((parent) => foreseen[parent]?.satisfied)) {
      foreseen.push({ runs: 0, satisfied: false });
      continue;
    }
    const most = retryable ? retryLimit : 1;
    const needed = failures + 1;
    foreseen.push({ runs: Math.min(needed, most), satisfied: needed <= most && !permanent });
  }
  return foreseen;
}

function templateOf(steps: readonly StepPlan[], version: string, runs: string[]): TaskTemplate {
  return graphTemplate("", {
    version,
    steps: Object.fromEntries(
      steps.map(({ parents, retryLimit, retryable }, place) => [
        nameOf(place),
        { dependsOn: parents.map(nameOf), retryLimit, retryable },
      ]),
    ),
    run: async (_task, sequence, step) => {
      runs.push(step.name);
      const { parents, failures, permanent } = steps[Number(step.name.slice(1))] ?? {
        parents: [],
        failures: 0,
        permanent: false,
      };
      for (const parent of parents) expect(sequence.resultsOf(nameOf(parent))).toBe(nameOf(parent));
      if (parents.length % 2 === 1) await new Promise((resolve) => setImmediate(resolve));
      if (step.attempt <= failures) throw new RetryableError("again", { retryAfter: 0 });
      if (permanent) throw new PermanentError("never");
      return step.name;
    },
  });
}

describeOnPostgres("any graph with any outcomes", () => {
  test("runs every step as often as the rules say, in an order that they allow, and ends as they say", async () => {
    const database = await useDatabase(openTestDatabase);
    const { engine, registry } = await startEngine(database, [graphTemplate("a", { name: "unused" })], {
      concurrency: 5,
    });
    let version = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(plan, { minLength: 1, maxLength: 4 }), async (plans) => {
        const started = plans.map((steps) => {
          version += 1;
          const runs: string[] = [];
          registry.register(templateOf(steps, `${version}.0.0`, runs));
          return { steps, runs, version: `${version}.0.0` };
        });
        const tasks = await engine.submitMany(
          started.map((task) => ({ name: "graph", version: task.version, context: {} })),
        );
        for (const [place, { taskId }] of tasks.entries()) {
          const { steps = [], runs = [] } = started[place] ?? {};
          const { state } = await engine.settled(taskId);
          const foreseen = foresee(steps);
          expect(steps.map((_, step) => runs.filter((name) => name === nameOf(step)).length)).toEqual(
            foreseen.map((step) => step.runs),
          );
          expect(state).toBe(foreseen.every(({ satisfied }) => satisfied) ? "complete" : "error");
          expect(await readState(database, taskId)).toBe(state);
          for (const [step, { runs: attempts, satisfied }] of foreseen.entries()) {
            expect(await readStep(database, taskId, nameOf(step))).toMatchObject({
              attempts,
              state: satisfied ? "complete" : attempts > 0 ? "error" : "pending",
            });
          }
        }
      }),
      { numRuns: 30 },
    );
    await expectCleanAuditTrail(database);
  });
});
