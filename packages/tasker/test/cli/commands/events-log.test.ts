import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listAudit } from "../../../src/auth/audit/list-audit.ts";
import type { Database } from "../../../src/database/database.ts";
import { openPostgres } from "../../../src/database/postgres.ts";
import { startSubscriber } from "../../event-log/support.ts";
import { graphTemplate, startEngine, until } from "../../support/engine-harness.ts";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import type { ThrowAwayDatabase } from "../../support/test-server.ts";
import { runCaptured } from "../support/captured-io.ts";
import { createOrderProject } from "../support/order-project.ts";
import type { WorkDirectory } from "../support/work-directory.ts";

const MODULE = `
import { appendFileSync } from "node:fs";
export const billing = { name: "billing", handle: (event) => appendFileSync("told", event.name + "\\n") };
`;

describeOnPostgres("the commands of the event log", () => {
  let own: ThrowAwayDatabase;
  let database: Database;
  let project: WorkDirectory;
  const tasker = (...argv: string[]) => runCaptured(argv, { cwd: project.path, env: { DATABASE_URL: own.url } });
  const objects = (out: string) =>
    out
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));

  beforeAll(async () => {
    own = await createTestDatabase();
    database = await openPostgres(own.url);
    project = createOrderProject();
    writeFileSync(
      join(project.path, "subscribers.mjs"),
      MODULE.replace('"told"', JSON.stringify(join(project.path, "told"))),
    );
  });
  afterAll(async () => {
    project[Symbol.dispose]();
    await database.close();
    await own.drop();
  });

  test("list subscribers, replay to one, and deal with dead letters", async () => {
    expect((await tasker("events", "subscribers")).err).toContain("no durable subscribers");
    const { engine } = await startEngine(database, [graphTemplate("a")]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await engine.settled(taskId);
    const subscriber = await startSubscriber(database, {
      name: "billing",
      from: "beginning",
      deadLetterAfter: 1,
      handle: (event) => {
        if (event.name === "step.completed") throw new Error("no printer");
      },
    });
    await until(async () => (await tasker("dead-letter", "list", "--json")).out !== "", "the dead letter");
    await subscriber.stop();

    expect(objects((await tasker("events", "subscribers", "--json")).out)).toMatchObject([
      { name: "billing", owner: null, lag_events: 0, lag_seconds: 0, held: 0, dead_letters: 1 },
    ]);
    expect((await tasker("events", "subscribers")).out).toContain("nobody");
    const listed = await tasker("dead-letter", "list", "--subscriber", "billing");
    expect(listed.out).toMatch(/1 +billing +step\.completed +1 +1 .* no printer/);
    const shown: unknown = JSON.parse((await tasker("dead-letter", "show", "1", "--json")).out);
    expect(shown).toMatchObject({
      dead_letter_id: 1,
      error: { message: "no printer" },
      event: { task_id: taskId, step_name: "a" },
    });
    expect((await tasker("dead-letter", "show", "1")).out).toMatch(
      /^dead letter 1 {2}of billing, given up at \S+ after 1 attempts\nno printer\n/,
    );
    expect(await tasker("dead-letter", "show", "9")).toMatchObject({ code: 1, err: expect.stringContaining("9") });

    const replayed = await tasker(
      ...["events", "replay", "--subscriber", "billing", "--module", "subscribers.mjs", "--event", "task.*", "--json"],
    );
    expect(objects(replayed.out)).toEqual([{ delivered: 3, failed: 0, dead: 0, stopped: false }]);
    const unknown = await tasker("events", "replay", "--subscriber", "other", "--module", "subscribers.mjs");
    expect(unknown).toMatchObject({ code: 2, err: expect.stringContaining("billing") });

    const from = ["--subscriber", "billing", "--module", "subscribers.mjs", "--from", "2026-03-02T00:00:00Z"];
    const misspelled = await tasker("events", "replay", ...from, "--event", "task.compleeted");
    expect(misspelled).toMatchObject({ code: 2, err: expect.stringContaining('no event "task.compleeted"') });
    const backwards = await tasker("events", "replay", ...from, "--to", "2026-03-01T00:00:00Z");
    expect(backwards).toMatchObject({ code: 2, err: expect.stringContaining("--to is 2026-03-01") });

    expect((await tasker("dead-letter", "retry", "1")).code).toBe(0);
    expect(objects((await tasker("events", "subscribers", "--json")).out)).toMatchObject([
      { held: 1, dead_letters: 0 },
    ]);
    expect((await tasker("dead-letter", "discard", "1")).code).toBe(1);
    expect((await tasker("events", "subscribers", "--remove", "billing")).code).toBe(0);
    const audited = await listAudit(database);
    expect(audited.map(({ action, resourceId, details }) => [action, resourceId, details])).toEqual([
      ["subscriber.remove", "billing", { reason: "by hand, at the command line" }],
      ["dead_letter.retry", "1", { reason: "by hand, at the command line" }],
      ["event.replay", "billing", { from: "beginning", events: ["task.*"] }],
    ]);
    expect((await tasker("events", "subscribers", "--json")).out).toBe("");
  });
});
