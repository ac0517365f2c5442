import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import type { ThrowAwayDatabase } from "../../support/test-server.ts";
import { runCaptured } from "../support/captured-io.ts";
import { createOrderProject } from "../support/order-project.ts";
import type { WorkDirectory } from "../support/work-directory.ts";

describeOnPostgres("tasker analyze", () => {
  let database: ThrowAwayDatabase;
  let project: WorkDirectory;
  const tasker = (...argv: string[]) => runCaptured(argv, { cwd: project.path, env: { DATABASE_URL: database.url } });

  beforeAll(async () => {
    database = await createTestDatabase();
    project = createOrderProject();
    await tasker("submit", "order.yaml", "--context", '{"amount": 1}');
  });
  afterAll(async () => {
    project[Symbol.dispose]();
    await database.drop();
  });

  test("says what remains and what holds it up", async () => {
    const { code, out, err } = await tasker("analyze", "1");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const lines = out.split("\n");
    expect(lines[0]).toBe("task 1: 0 % of 4 steps done, healthy");
    expect(lines[1]).toBe(
      "remaining: 1m 30s as a rule, 1m 30s at worst (durations of earlier tasks known for 0 of 4 steps), by way of check > reserve > confirm",
    );
    expect(lines[2]).toBe("levels: 3, widest 2, ready now 1, waiting for others 3");
    expect(lines[5]).toBe("bottlenecks: 3, 0 critical, impact Low");
    expect(lines[7]).toMatch(/^reserve +pending +Medium +24 +1 +Dependency Block +Check upstream dependencies$/);
  });

  test("takes its weights and estimates from the configuration", async () => {
    const variable = { TASKER_DEPENDENCY_GRAPH__DURATION_ESTIMATES__BASE_STEP_SECONDS: "60" };
    const { code, out, err } = await runCaptured(["analyze", "1"], {
      cwd: project.path,
      env: { DATABASE_URL: database.url, ...variable },
    });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out.split("\n")[1]).toContain("remaining: 3m 00s as a rule");
  });

  test("prints everything as JSON, and says when there is no such task", async () => {
    const { out } = await tasker("analyze", "1", "--json");
    const analysis = JSON.parse(out);
    expect(Object.keys(analysis)).toEqual([
      "task_id",
      "generated_at",
      "dependency_graph",
      "critical_paths",
      "parallelism_opportunities",
      "error_chains",
      "bottlenecks",
      "estimate",
      "risk",
    ]);
    expect(Object.values(analysis.dependency_graph.dependency_levels)).toEqual([0, 1, 1, 2]);
    expect(await tasker("analyze", "4711")).toMatchObject({ code: 1, err: expect.stringContaining("no task 4711") });
  });
});
