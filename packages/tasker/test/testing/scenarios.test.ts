import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { playScenario } from "../../src/testing/scenarios/play-scenario.ts";
import { drawScenario, type ScenarioKind } from "../../src/testing/scenarios/scenario.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import { useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const seeds = Array.from({ length: 200 }, (_, seed) => seed);

describe("scenarios", () => {
  test("are the same for the same seed", () => {
    expect(drawScenario(5)).toEqual(drawScenario(5));
    expect(drawScenario(5)).not.toEqual(drawScenario(6));
  });

  test("are of every kind and end in every way", () => {
    const all = seeds.map((seed) => drawScenario(seed));
    expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(["error", "time-out", "recovery"]));
    expect(new Set(all.map(({ expected }) => expected.state))).toEqual(new Set(["complete", "error"]));
    const steps = all.flatMap(({ expected }) => Object.values(expected.steps).map(({ state }) => state));
    expect(new Set(steps)).toEqual(new Set(["complete", "error", "pending"]));
  });
});

describeOnPostgres("an engine", () => {
  test.each<ScenarioKind>([
    "error",
    "time-out",
    "recovery",
  ])("brings any %s scenario to its expected end", async (kind) => {
    const database = await useDatabase(openTestDatabase);
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const { differences } = await playScenario(drawScenario(seed, { kind }), { database });
        expect(differences).toEqual([]);
      }),
      { numRuns: 10 },
    );
    await expectCleanAuditTrail(database);
  });

  test("that does not do what is expected is found out", async () => {
    const database = await useDatabase(openTestDatabase);
    const scenario = drawScenario(1, { kind: "error", layers: 1, width: 1 });
    const { expected } = scenario;
    const [name = ""] = Object.keys(expected.steps);
    const wrong = { ...expected, steps: { [name]: { state: "pending", attempts: 9 } as const } };
    const { differences, report } = await playScenario({ ...scenario, expected: wrong }, { database });
    const { state, attempts } = report.steps[name] ?? {};
    expect(differences).toEqual([
      `step ${name}: ${state} after ${attempts} attempts, expected pending after 9 attempts`,
    ]);
  });
});
