import { expect, test } from "vitest";
import { engineChangesFrom } from "../../../src/settings/engine-options.ts";
import { loadConfiguration } from "../../../src/settings/load-configuration.ts";
import { graphTemplate, makeEngine, useDatabase } from "../../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";

const request = { name: "graph", context: {} };

/** An engine, and the statements of it that were logged as slow. */
async function watchStatements(slowStatementMs?: number) {
  const slow: object[] = [];
  const silent = () => {};
  const warn = (facts: object) => void slow.push(facts);
  const { engine } = makeEngine(await useDatabase(openTestDatabase), [graphTemplate("a")], {
    log: { debug: silent, info: silent, warn, error: silent },
    ...(slowStatementMs === undefined ? {} : { slowStatementMs }),
  });
  return { engine, slow };
}

describeOnPostgres("a statement that takes long", () => {
  test("is logged with its name and its duration, as slow", async () => {
    const { engine, slow } = await watchStatements(0.001);
    await engine.submit(request);
    expect(slow).toContainEqual({ operation: "submit_tasks", duration_ms: expect.any(Number), is_slow: true });
  });

  test("is logged from the time on that the configuration says, in a running engine, too", async () => {
    const { engine, slow } = await watchStatements();
    await engine.submit(request);
    expect(slow).toEqual([]);
    const change = async (telemetry: object) => {
      const loaded = await loadConfiguration({ cwd: "/", variables: {}, overrides: { telemetry } });
      engine.reconfigure({ slowStatementMs: engineChangesFrom(loaded).slowStatementMs });
    };
    await change({ slow_query_threshold_seconds: 0 });
    await engine.submit(request);
    expect(slow.length).toBeGreaterThan(0);
    slow.length = 0;
    await change({ slow_query_threshold_seconds: 0, performance_monitoring_enabled: false });
    await engine.submit(request);
    // A statement that was under way before may still be told of.
    expect(slow).not.toContainEqual(expect.objectContaining({ operation: "submit_tasks" }));
  });
});
