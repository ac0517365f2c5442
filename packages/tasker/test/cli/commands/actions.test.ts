import { userInfo } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import type { ThrowAwayDatabase } from "../../support/test-server.ts";
import { runCaptured } from "../support/captured-io.ts";
import { createOrderProject } from "../support/order-project.ts";
import type { WorkDirectory } from "../support/work-directory.ts";

describeOnPostgres("tasker task and tasker step, for operators", () => {
  let database: ThrowAwayDatabase;
  let project: WorkDirectory;
  const tasker = (...argv: string[]) =>
    runCaptured(argv, { cwd: project.path, env: { DATABASE_URL: database.url, USER: "ada" } });
  const because = ["--reason", "asked for"] as const;

  // Task 1 is complete, task 2 has failed, task 3 has not begun.
  beforeAll(async () => {
    database = await createTestDatabase();
    project = createOrderProject();
    await tasker("submit", "order.yaml", "--context", '{"amount": 1}');
    await tasker("submit", "order.yaml", "--context", '{"amount": 2, "failures": 9}');
    await tasker("work", "--template", "order.yaml", "--until-idle");
    await tasker("submit", "order.yaml", "--context", '{"amount": 3}');
  });
  afterAll(async () => {
    project[Symbol.dispose]();
    await database.drop();
  });

  test("say in one line what was done, and that it was done already", async () => {
    expect(await tasker("task", "pause", "3", ...because)).toMatchObject({
      code: 0,
      out: "done task 3 is paused: what runs may end, nothing starts\n",
      err: "",
    });
    expect(await tasker("task", "pause", "3", ...because)).toMatchObject({
      code: 0,
      out: "already task 3 is paused\n",
    });
    expect(await tasker("task", "resume", "3", ...because)).toMatchObject({ code: 0, out: "done task 3 goes on\n" });
    expect(await tasker("task", "cancel", "3", ...because)).toMatchObject({
      code: 0,
      out: "done task 3 is cancelled\n",
    });
  });

  test("end with exit code 1 where it is refused, and name a way on", async () => {
    expect(await tasker("task", "retry", "1", ...because)).toMatchObject({
      code: 1,
      out: "refused task 1 is complete: a new task can do it again from a step on (rerunTask)\n",
    });
  });

  test("print an object for programs", async () => {
    const failed = JSON.parse((await tasker("task", "show", "2", "--json")).out) as {
      steps: { step_id: number; name: string; state: string }[];
    };
    const step = failed.steps.find(({ state }) => state === "error");
    const { out } = await tasker(
      ...["step", "complete", "2", `#${step?.step_id}`, "--result", '{"by": "hand"}', "--json", ...because],
    );
    expect(JSON.parse(out)).toEqual({
      outcome: "done",
      action: "complete_step",
      task_id: 2,
      step_id: step?.step_id,
      step_name: step?.name,
      moved_steps: 1,
      message: `step ${step?.name} of task 2 is complete with the given result`,
    });
    const shown = JSON.parse((await tasker("task", "show", "2", "--json")).out) as {
      steps: { name: string; results: unknown; metadata: unknown }[];
    };
    expect(shown.steps.find(({ name }) => name === step?.name)).toMatchObject({
      results: { by: "hand" },
      metadata: { actor: "ada", reason: "asked for", resolution: "completed" },
    });
    const again = await tasker("step", "retry", "2", step?.name ?? "", "--json", ...because);
    expect([again.code, JSON.parse(again.out)]).toMatchObject([1, { reason: "step_resolved_manually" }]);
  });

  test("make a task that does a finished one again, by the system's user unless another one is named", async () => {
    const first = JSON.parse((await tasker("task", "show", "1", "--json")).out) as { steps: { name: string }[] };
    const step = first.steps.at(-1)?.name ?? "";
    const { out } = await runCaptured(["task", "rerun", "1", step, "--json", ...because], {
      cwd: project.path,
      env: { DATABASE_URL: database.url },
    });
    const made = JSON.parse(out) as { new_task_id: number };
    expect(made).toMatchObject({ outcome: "done", new_task_id: 4 });
    await tasker("work", "--template", "order.yaml", "--until-idle");
    const shown = JSON.parse((await tasker("task", "show", "4", "--json")).out) as {
      state: string;
      steps: { state: string; metadata: object }[];
    };
    expect(shown.state).toBe("complete");
    expect(shown.steps[0]).toMatchObject({
      state: "resolved_manually",
      metadata: { reused_from: { task_id: 1 }, actor: userInfo().username },
    });
  });

  test("are listed by 'audit list', newest first", async () => {
    const { out } = await tasker("audit", "list", "--actor", "ada", "--action", "task.*", "--json");
    const records = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { action: string });
    expect(records.map(({ action }) => action)).toEqual(["task.cancel", "task.resume", "task.pause"]);
    expect(records[0]).toEqual({
      audit_id: expect.any(Number),
      at: expect.any(String),
      actor: "ada",
      actor_kind: "cli",
      source: "cli",
      address: null,
      action: "task.cancel",
      resource: "tasker.task",
      resource_id: "3",
      namespace: "shop",
      request_id: expect.any(String),
      details: { task_id: 3, reason: "asked for" },
    });
    const table = await tasker(
      "audit",
      "list",
      "--resource",
      "tasker.workflow_step",
      "--since",
      "2020-01-31T09:00:00Z",
    );
    expect(table.out).toMatch(/ada \(cli\) +step\.complete +tasker\.workflow_step \d+ +shop +cli\n$/);
    expect(await tasker("audit", "list", "--actor", "nobody")).toMatchObject({
      out: "",
      err: "nothing in the audit log\n",
    });
  });

  test.each([
    [["task", "retry", "99", "--reason", "x"], 1, "TASKER_TASK_NOT_FOUND"],
    [["step", "retry", "1", "nothing", "--reason", "x"], 1, "TASKER_STEP_NOT_FOUND"],
    [["task", "retry", "1"], 2, "--reason is missing"],
    [["step", "edit", "1", "charge", "--reason", "x"], 1, "a retryLimit, inputs, or both"],
    [["step", "complete", "1", "charge", "--result", "{", "--reason", "x"], 2, "--result:1:2: not JSON"],
  ])("%j is an error", async (argv, code, message) => {
    const { err, ...rest } = await tasker(...argv);
    expect(rest).toMatchObject({ code, out: "" });
    expect(err).toContain(message);
  });
});
